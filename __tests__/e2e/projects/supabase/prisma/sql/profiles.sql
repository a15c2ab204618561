-- A profile for every new user.
CREATE FUNCTION public.handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO public.profiles (id, username) VALUES (new.id, split_part(new.email, '@', 1));
  RETURN new;
END;
$$;
CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users
  FOR EACH ROW EXECUTE FUNCTION public.handle_new_user();

CREATE FUNCTION public.index_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  new.search := to_tsvector('english', new.title);
  RETURN new;
END;
$$;
CREATE TRIGGER index_note BEFORE INSERT OR UPDATE ON public.notes FOR EACH ROW EXECUTE FUNCTION public.index_note();
CREATE INDEX notes_title_trgm ON public.notes USING gin (title extensions.gin_trgm_ops);

-- Whoever is logged in sees and writes their own notes.
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own notes" ON public.notes TO authenticated
  USING (owner_id = (SELECT auth.uid())) WITH CHECK (owner_id = (SELECT auth.uid()));
GRANT SELECT, INSERT, UPDATE, DELETE ON public.notes TO authenticated;
GRANT USAGE ON SEQUENCE public.notes_id_seq TO authenticated;

CREATE VIEW public.open_notes WITH (security_barrier) AS SELECT id, title, owner_id FROM public.notes WHERE archived_at IS NULL;
GRANT SELECT ON public.open_notes TO anon;
