//! The text of a copy: a head, sections of rows, and a manifest, each line by itself JSON.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::DumpError;

/// The form of text this program writes, and the only one it reads.
const FORM: u32 = 1;

/// What a copy is of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Head {
    /// The form of the text.
    tandem_backup: u32,
    /// Version of the program that made it.
    pub version: String,
    /// When, in microseconds since 1970.
    pub made_at: i64,
    /// Name and hash of each migration its tables had seen.
    pub ledger: Vec<(String, String)>,
}

impl Head {
    /// Of a copy made now.
    pub fn new(version: String, made_at: i64, ledger: Vec<(String, String)>) -> Self {
        Self { tandem_backup: FORM, version, made_at, ledger }
    }
}

/// What a section's rows are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionKind {
    /// Rows of a table.
    Table,
    /// A list of what lies beside the database.
    List,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// A number.
    Bigint,
    /// A string.
    Text,
    /// Bytes, written as hexadecimal digits.
    Bytea,
}

/// A column: its name and what it holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Column(pub String, pub ColumnKind);

/// The beginning of a section.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Section {
    /// What its rows are.
    pub section: SectionKind,
    /// Its name.
    pub name: String,
    /// The columns of its rows.
    pub columns: Vec<Column>,
    /// Columns whose texts are encrypted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<String>,
}

/// A section in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sum {
    /// Its name.
    pub end: String,
    /// What its rows are.
    pub kind: SectionKind,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 of its columns and rows, hexadecimal.
    pub sha256: String,
}

/// A copy in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Its sections.
    pub sections: Vec<Sum>,
    /// SHA-256 over the sections' names, counts and hashes, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    fn of(sections: Vec<Sum>) -> Self {
        let mut hasher = Sha256::new();
        for Sum { end, rows, sha256, .. } in &sections {
            hasher.update(format!("{end} {rows} {sha256}\n"));
        }
        Self { sections, sha256: hex::encode(hasher.finalize()) }
    }

    /// Rows in all tables.
    pub fn rows(&self) -> u64 {
        self.tables().map(|sum| sum.rows).sum()
    }

    /// The tables.
    pub fn tables(&self) -> impl Iterator<Item = &Sum> {
        self.sections.iter().filter(|sum| sum.kind == SectionKind::Table)
    }
}

/// Writes a copy.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    open: Option<Counted>,
    sections: Vec<Sum>,
}

#[derive(Debug)]
struct Counted {
    name: String,
    kind: SectionKind,
    rows: u64,
    hasher: Sha256,
}

impl Counted {
    fn begin(section: &Section, line: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(line);
        hasher.update("\n");
        Self { name: section.name.clone(), kind: section.section, rows: 0, hasher }
    }

    fn row(&mut self, line: &str) {
        self.rows += 1;
        self.hasher.update(line);
        self.hasher.update("\n");
    }

    fn end(self) -> Sum {
        let sha256 = hex::encode(self.hasher.finalize());
        Sum { end: self.name, kind: self.kind, rows: self.rows, sha256 }
    }
}

impl<W: Write> Writer<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, open: None, sections: Vec::new() }
    }

    /// The first line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn head(&mut self, head: &Head) -> Result<(), DumpError> {
        self.line(&text(head))
    }

    /// Begins a section, after the one before was ended.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(&mut self, section: &Section) -> Result<(), DumpError> {
        let line = text(section);
        self.open = Some(Counted::begin(section, &line));
        self.line(&line)
    }

    /// A row of the section that was begun.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row(&mut self, row: &[Value]) -> Result<(), DumpError> {
        let line = text(&row);
        if let Some(open) = &mut self.open {
            open.row(&line);
        }
        self.line(&line)
    }

    /// Ends the section that was begun.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(&mut self) -> Result<(), DumpError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let sum = open.end();
        self.line(&text(&sum))?;
        self.sections.push(sum);
        Ok(())
    }

    /// The last line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<(Manifest, W), DumpError> {
        let manifest = Manifest::of(std::mem::take(&mut self.sections));
        self.line(&text(&manifest))?;
        Ok((manifest, self.out))
    }

    fn line(&mut self, line: &str) -> Result<(), DumpError> {
        self.out.write_all(line.as_bytes())?;
        Ok(self.out.write_all(b"\n")?)
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("only string keys")
}

/// A piece of a copy.
#[derive(Clone, PartialEq, Debug)]
pub enum Item {
    /// A section begins.
    Begin(Section),
    /// A row of it.
    Row(Vec<Value>),
    /// It ends, and its rows were those that were written.
    End(Sum),
}

/// Reads a copy and checks it on the way.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    line: u64,
    open: Option<Counted>,
    sections: Vec<Sum>,
    manifest: Option<Manifest>,
}

impl<R: BufRead> Reader<R> {
    /// Reads the first line of `input`.
    ///
    /// # Errors
    /// [`DumpError::Foreign`] when it is something else.
    pub fn new(input: R) -> Result<(Head, Self), DumpError> {
        let mut reader = Self { input, line: 0, open: None, sections: Vec::new(), manifest: None };
        let first = reader.next_line().map_err(|_| DumpError::Foreign)?;
        let head: Head = serde_json::from_str(&first).map_err(|_| DumpError::Foreign)?;
        if head.tandem_backup != FORM {
            return Err(DumpError::Foreign);
        }
        Ok((head, reader))
    }

    /// The next piece, or the end of a copy that is whole.
    ///
    /// # Errors
    /// [`DumpError::Damaged`].
    pub fn next_item(&mut self) -> Result<Option<Item>, DumpError> {
        if self.manifest.is_some() {
            return Ok(None);
        }
        let line = self.next_line()?;
        let Some(open) = &mut self.open else { return self.between(&line) };
        if line.starts_with('[') {
            open.row(&line);
            let row = serde_json::from_str(&line).map_err(|error| self.damaged(error))?;
            return Ok(Some(Item::Row(row)));
        }
        let written: Sum = serde_json::from_str(&line).map_err(|error| self.damaged(error))?;
        let found = self.open.take().map(Counted::end);
        if found.as_ref() != Some(&written) {
            return Err(self.damaged(format!("the rows of {} are not those that were written", written.end)));
        }
        self.sections.push(written.clone());
        Ok(Some(Item::End(written)))
    }

    fn between(&mut self, line: &str) -> Result<Option<Item>, DumpError> {
        if let Ok(section) = serde_json::from_str::<Section>(line) {
            self.open = Some(Counted::begin(&section, line));
            return Ok(Some(Item::Begin(section)));
        }
        let manifest: Manifest = serde_json::from_str(line).map_err(|error| self.damaged(error))?;
        if manifest != Manifest::of(std::mem::take(&mut self.sections)) {
            return Err(self.damaged("the manifest names other tables"));
        }
        // So that what is compressed is read to its end, and its checksum compared.
        match self.input.fill_buf().map(<[u8]>::is_empty) {
            Ok(true) => {
                self.manifest = Some(manifest);
                Ok(None)
            }
            Ok(false) => Err(self.damaged("it goes on after its end")),
            Err(error) => Err(self.damaged(error)),
        }
    }

    /// Reads what is left, and answers what was in it.
    ///
    /// # Errors
    /// [`DumpError::Damaged`].
    pub fn finish(mut self) -> Result<Manifest, DumpError> {
        while self.next_item()?.is_some() {}
        let line = self.line;
        self.manifest.ok_or(DumpError::Damaged { line, reason: "it has no end".to_owned() })
    }

    fn next_line(&mut self) -> Result<String, DumpError> {
        self.line += 1;
        let mut line = String::new();
        self.input.read_line(&mut line).map_err(|error| self.damaged(error))?;
        if line.pop() == Some('\n') { Ok(line) } else { Err(self.damaged("it ends too early")) }
    }

    /// Names the table too: a line's number means little to an operator.
    fn damaged(&self, reason: impl ToString) -> DumpError {
        let reason = match &self.open {
            Some(open) => format!("in {}: {}", open.name, reason.to_string()),
            None => reason.to_string(),
        };
        DumpError::Damaged { line: self.line, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy() -> String {
        let mut writer = Writer::new(Vec::new());
        writer.head(&Head::new("1".into(), 7, Vec::new())).expect("memory");
        let columns = vec![Column("id".into(), ColumnKind::Bigint), Column("name".into(), ColumnKind::Text)];
        writer
            .begin(&Section {
                section: SectionKind::Table,
                name: "users".into(),
                columns,
                sealed: Vec::new(),
            })
            .expect("memory");
        for id in 1..=3 {
            writer.row(&[id.into(), "a \"name\"\n".into()]).expect("memory");
        }
        writer.end().expect("memory");
        String::from_utf8(writer.finish().expect("memory").1).expect("UTF-8")
    }

    fn read(text: &str) -> Result<Manifest, DumpError> {
        Reader::new(text.as_bytes())?.1.finish()
    }

    #[test]
    fn what_is_written_reads_back() {
        let manifest = read(&copy()).expect("whole");
        assert_eq!((manifest.rows(), manifest.sections[0].end.as_str()), (3, "users"));
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let copy = copy();
        for (from, to) in [("[2,", "[5,"), ("\"rows\":3", "\"rows\":2"), ("bigint", "text")] {
            let error = read(&copy.replacen(from, to, 1)).expect_err("damaged").to_string();
            assert!(error.contains("damaged") && error.contains("users"), "{error}");
        }
        let lines: Vec<&str> = copy.lines().collect();
        for left_out in 1..lines.len() {
            let rest: Vec<&str> = [&lines[..left_out], &lines[left_out + 1..]].concat();
            read(&format!("{}\n", rest.join("\n"))).expect_err("a line is missing");
        }
        for end in 0..copy.len() {
            read(&copy[..end]).expect_err("it ends too early");
        }
        assert!(matches!(read("PK\n"), Err(DumpError::Foreign)));
    }
}
