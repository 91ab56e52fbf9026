-- What was authored on dev since: new laws, corrected ones, reworded sections. After generate.sql.
CALL pg_temp.add_laws(1001, 1200);
CALL pg_temp.add_text(1001, 1200);
CALL pg_temp.add_sessions(51, 60);
CALL pg_temp.add_cascade(301, 360);

UPDATE uk_lrt SET live = 'revoked', tags = tags || ARRAY['reviewed'], updated_at = '2026-05-04 09:30:00+00'
WHERE id IN (SELECT pg_temp.id_of('law', n) FROM generate_series(5, 1000, 7) AS n);

UPDATE lat SET text = text || ' (as amended)', updated_at = '2026-05-05 14:00:00+00'
WHERE law_id IN (SELECT pg_temp.id_of('law', n) FROM generate_series(20, 1000, 40) AS n);

UPDATE amendment_annotations SET text = replace(text, 'Words', 'Word'), updated_at = '2026-05-06 11:15:00+00'
WHERE code = 'F1' AND law_id IN (SELECT pg_temp.id_of('law', n) FROM generate_series(3, 1000, 60) AS n);

CALL pg_temp.recount();
