//! A field of 200 MB passes, and is compared, in little memory.

use super::*;
use crate::support::Runner;

/// Rows of the second table cross as text, since an array of an enum has other numbers on each side. Nothing is packed, which
/// would take the servers longer than all else.
const SCHEMA: &str = "CREATE TYPE mood AS ENUM ('fine'); CREATE TABLE plain (id int PRIMARY KEY, b bytea); \
    CREATE TABLE moods (id int PRIMARY KEY, moods mood[], b bytea); ALTER TABLE plain ALTER b SET STORAGE EXTERNAL; \
    ALTER TABLE moods ALTER b SET STORAGE EXTERNAL";
const ROWS: &str = "INSERT INTO plain SELECT 1, convert_to(repeat('0123456789abcdef', 13107200), 'UTF8'); \
    INSERT INTO moods SELECT id, '{fine}', b FROM plain";

#[test]
fn a_field_of_200_megabytes_crosses_as_bytes_and_as_text_in_little_memory() {
    let pair = Pair::new(SCHEMA, "");
    pair.from.query(ROWS);
    let ran = Runner::new()
        .target("dev", &pair.from)
        .target("prod", &pair.to)
        .playbook(
            "local dev, prod = connect 'dev', connect('prod', { write = true })
             local how = { from = dev, to = prod, tables = { 'plain', 'moods' }, mode = 'replace', verify = 'content', jobs = 1 }
             for _, t in ipairs(copy.plan(how).tables) do print(t.table, t.format) end
             print(copy.tables(how).rows)
             for line in io.lines '/proc/self/status' do
               local peak = line:match 'VmHWM:%s+(%d+) kB'
               if peak then print(peak) end
             end",
        )
        .success();
    let (told, peak) = ran.stdout.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(told, "plain\tbinary\nmoods\ttext\n2");
    let peak: u64 = peak.parse().unwrap();
    assert!(peak < (64 + 3 * 200) * 1024, "{peak} kB");
    let same = "SELECT sum(length(b)), count(DISTINCT sha256(b)) FROM (TABLE plain UNION ALL SELECT id, b FROM moods) AS t";
    assert_eq!(pair.to.query(same), "419430400|1");
}
