//! Reading columns every table has.

use std::{fmt::Display, str::FromStr};

use sqlx::{Row, any::AnyRow};
use tandem_store::StoreError;

/// An id that is stored as text.
pub(crate) fn parsed<T>(row: &AnyRow, table: &'static str, column: &str) -> Result<T, StoreError>
where
    T: FromStr<Err: Display>,
{
    let text: String = row.try_get(column)?;
    text.parse().map_err(|error| StoreError::Damaged { table, reason: format!("{column}: {error}") })
}
