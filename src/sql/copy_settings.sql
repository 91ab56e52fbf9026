-- Settings that decide what a value's text means, made the same on both sides for the rest of the transaction;
-- returned with what they were before. Filtering by a policy becomes an error.
SELECT w.name,
       pg_catalog.current_setting(w.name) AS before,
       pg_catalog.set_config(w.name, w.value, true) AS now
  FROM (VALUES ('client_encoding', 'UTF8'),
               ('DateStyle', 'ISO, YMD'),
               ('IntervalStyle', 'postgres'),
               ('TimeZone', 'UTC'),
               ('extra_float_digits', '3'),
               ('bytea_output', 'hex'),
               ('xmloption', 'content'),
               ('lc_monetary', 'C'),
               ('row_security', 'off')) AS w (name, value)
