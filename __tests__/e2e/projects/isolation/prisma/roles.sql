INSERT INTO "Role" (name) VALUES ('admin'), ('guest');
