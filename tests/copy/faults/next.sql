-- The source goes on: every row changes, some are new.
UPDATE author SET version = version + 1;
UPDATE book SET version = version + 1;
UPDATE loan SET version = version + 1;
INSERT INTO loan (version, book) VALUES (0, 1);
UPDATE hen SET version = version + 1;
UPDATE egg SET version = version + 1;
UPDATE big SET version = version + 1;
UPDATE event SET version = version + 1;
UPDATE watched SET version = version + 1;
DELETE FROM watched WHERE id = (SELECT max(id) FROM watched);
