SELECT
  "Post"."id",
  "Post"."title",
  "User"."email"
FROM
  "Post"
  JOIN "User" ON "User"."id" = "Post"."authorId"
WHERE
  "Post"."published" = true
