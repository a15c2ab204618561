SELECT u.id, u.email FROM "User" u JOIN "Account" a ON a.id = u."accountId" WHERE a.plan = 'paid'
