-- Tables in units of every kind; `version` says which state of the source a row is of.
CREATE TABLE author (id int PRIMARY KEY, version int, name text);
CREATE TABLE book (id int PRIMARY KEY, version int, author int NOT NULL REFERENCES author ON DELETE RESTRICT, sequel int REFERENCES book, title text);
CREATE TABLE loan (id bigserial PRIMARY KEY, version int, book int REFERENCES book ON DELETE CASCADE);
-- A cycle, which nothing but the deferral of a key fills.
CREATE TABLE hen (id int PRIMARY KEY, version int, egg int NOT NULL);
CREATE TABLE egg (id int PRIMARY KEY, version int, hen int NOT NULL REFERENCES hen);
ALTER TABLE hen ADD CONSTRAINT hen_egg FOREIGN KEY (egg) REFERENCES egg DEFERRABLE;
CREATE TABLE big (id int PRIMARY KEY, version int, body text);
CREATE TABLE event (id int, version int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE event_old PARTITION OF event FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
CREATE TABLE event_new PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2040-01-01') PARTITION BY HASH (id);
CREATE TABLE event_new_0 PARTITION OF event_new FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE event_new_1 PARTITION OF event_new FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE watched (id int PRIMARY KEY, version int, note text);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER origin BEFORE INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER always BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER replica BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER off BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER on_event BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION keep();
ALTER TABLE watched ENABLE ALWAYS TRIGGER always, ENABLE REPLICA TRIGGER replica, DISABLE TRIGGER off;
ALTER TABLE event_new_1 DISABLE TRIGGER on_event;
