//! Checks of what people send.

use tandem_edge::Invalid;

/// Text that says something, within `max` characters, that every database can hold (PostgreSQL refuses NUL).
pub(crate) fn text(field: &str, value: &str, max: usize) -> Result<(), Invalid> {
    if value.trim().is_empty() {
        Err(Invalid::new(field, "must not be empty"))
    } else if value.chars().nth(max).is_some() {
        Err(Invalid::new(field, format!("must have at most {max} characters")))
    } else if value.contains('\0') {
        Err(Invalid::new(field, "must not contain NUL"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(text("text", "äöü", 3), Ok(()));
        assert!(text("text", "äöüß", 3).is_err());
        assert!(text("text", " \n", 3).is_err());
        assert!(text("text", "a\0", 3).is_err());
    }
}
