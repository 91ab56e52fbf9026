-- What a run that has ended must not leave in this database: sessions, prepared transactions, locks.
SELECT 'session', pid, application_name, state, query FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid();
SELECT 'prepared transaction', gid FROM pg_prepared_xacts WHERE database = current_database();
SELECT 'lock', locktype, mode, pid FROM pg_locks
WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
  AND pid IN (SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend');
