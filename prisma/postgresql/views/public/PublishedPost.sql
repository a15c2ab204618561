SELECT
  p.id,
  p.title,
  u.email
FROM
  "Post" p
  JOIN "User" u ON u.id = p."authorId"
WHERE
  p.published
