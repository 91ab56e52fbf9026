SELECT 1 +
  $1::int AS n
