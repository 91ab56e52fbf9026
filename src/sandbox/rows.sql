-- What both databases held at the last promotion, and the dump in `snapshots` holds. After generate.sql.
CALL pg_temp.add_laws(1, 1000);
CALL pg_temp.add_text(1, 1000);
CALL pg_temp.add_sessions(1, 50);
CALL pg_temp.add_cascade(1, 300);
CALL pg_temp.recount();
