//! CSV, TSV and binary: the server reads them itself.

use super::end_mark::EndMark;
use super::header::{Header, read_header};
use super::lines::at;
use super::{ImportOptions, Taking};
use crate::copy::export::copy_options;
use crate::copy::files::{Format, Input};
use crate::copy::report::Meter;
use crate::copy::{Difference, Error, Missing, Result};
use crate::pg::{CopyIn, ident_list};

impl Taking<'_> {
    /// The rows that were stored.
    pub async fn plain(
        &self,
        options: &ImportOptions,
        format: Format,
        input: &mut Input,
        meter: &mut Meter,
    ) -> Result<u64> {
        let with_header = format != Format::Binary && options.layout.header.unwrap_or(true);
        let header = if with_header {
            read_header(input, format, &options.layout).await?
        } else {
            Header::default()
        };
        let columns = self.columns(options, input, &header)?;
        let list = match columns.as_slice() {
            [] => String::new(),
            columns => format!(" ({})", ident_list(columns)),
        };
        let with = copy_options(format, &options.layout, false);
        let sql = format!("COPY {}{list} FROM STDIN ({with})", self.name);
        let sink = self.to.copy_in(&sql).await?;
        let version_num = self.to.server().version_num;
        let mut mark = EndMark::new(format, &options.layout, version_num);
        let taken = send(input, sink, &mut mark, meter).await;
        let line = |line| mark.true_line(line) + header.lines;
        taken.map_err(|error| at(error, input.shown(), line))
    }

    /// The columns that the rows have, in their order; none for all of the table.
    fn columns(
        &self,
        options: &ImportOptions,
        input: &Input,
        header: &Header,
    ) -> Result<Vec<String>> {
        let columns = match (&options.columns, &header.names) {
            (Some(given), Some(names)) if given.len() != names.len() => {
                return Err(Error::ColumnCount {
                    file: input.shown().to_owned(),
                    given: given.len(),
                    found: names.len(),
                });
            }
            (Some(given), _) => given.clone(),
            (None, Some(names)) => names.clone(),
            (None, None) => return Ok(Vec::new()),
        };
        self.check_columns(&columns, input.shown())?;
        Ok(columns)
    }

    /// Refuses columns that the table has not, and those that it has to be given and the file has not.
    pub fn check_columns(&self, columns: &[String], file: &str) -> Result<()> {
        let table = &self.table.relation.shown;
        let twice = (1..columns.len()).find(|end| columns[..*end].contains(&columns[*end]));
        if let Some(place) = twice {
            return Err(Error::TwoColumns {
                column: columns[place].clone(),
            });
        }
        let computed = |name: &&String| {
            let column = self.table.column(name);
            column.is_some_and(|column| column.generated)
        };
        if let Some(column) = columns.iter().find(computed) {
            return Err(Error::Computed {
                table: table.clone(),
                column: column.clone(),
            });
        }
        let difference = |column: &str, missing| Difference {
            table: table.clone(),
            column: column.to_owned(),
            missing,
        };
        let gone = columns
            .iter()
            .filter(|name| self.table.column(name).is_none());
        let gone = gone.map(|column| {
            let target = self.to.name().to_owned();
            difference(column, Missing::OnTarget { target })
        });
        let wanted = self
            .table
            .columns
            .iter()
            .filter(|column| column.must_be_given() && !columns.contains(&column.name));
        let wanted = wanted.map(|column| {
            let source = file.to_owned();
            difference(&column.name, Missing::OnSource { source })
        });
        let differences: Vec<Difference> = gone.chain(wanted).collect();
        if differences.is_empty() {
            Ok(())
        } else {
            Err(Error::Columns(differences))
        }
    }
}

async fn send(
    input: &mut Input,
    mut sink: CopyIn,
    mark: &mut EndMark,
    meter: &mut Meter,
) -> Result<u64> {
    loop {
        let chunk = tokio::select! {
            biased;
            // The file may have nothing to give for long, as stdin has.
            () = sink.refused() => return Err(sink.refusal().await.into()),
            chunk = input.chunk() => chunk?,
        };
        let Some(chunk) = chunk else { break };
        if let Some(line) = mark.find(&chunk) {
            return Err(Error::EndMark { line });
        }
        meter.passed(mark.rows(), chunk.len());
        sink.send(&chunk).await?;
    }
    Ok(sink.finish().await?)
}
