//! Protected targets: read-only at the server until the phrase is given, in a way that no statement undoes.

mod phrase;
mod question;
mod read_only;

use crate::support::{Database, Runner};

const TABLES: &str = "CREATE TABLE law (id integer PRIMARY KEY);
    INSERT INTO law VALUES (1);
    CREATE FUNCTION sneak() RETURNS integer LANGUAGE plpgsql AS
      $$ BEGIN SET LOCAL transaction_read_only = off; INSERT INTO law VALUES (9); RETURN 9; END $$;
    CREATE FUNCTION plain() RETURNS integer LANGUAGE sql AS 'INSERT INTO law VALUES (9) RETURNING id';
    CREATE SEQUENCE numbers;";

const PHRASE: &str = "MIGRATE PRODUCTION";

fn protected(database: &Database) -> Runner {
    Runner::new().target("prod", database).protected(PHRASE)
}
