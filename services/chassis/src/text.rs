//! Which text is taken from outside.
//!
//! Control, zero-width and bidirectional characters make two names look alike and logs lie, so they are
//! refused, not removed.

/// The text without surrounding blanks, if every character may be shown on one line.
///
/// # Errors
/// Says what is wrong, in words that follow the field's name.
pub fn clean(text: &str, max_chars: usize) -> Result<String, String> {
    check(text.trim(), max_chars, |_| false)
}

/// The same for text of several lines: line ends and tabs are taken, line ends become `\n`.
///
/// # Errors
/// Says what is wrong, in words that follow the field's name.
pub fn clean_lines(text: &str, max_chars: usize) -> Result<String, String> {
    let text = text.replace("\r\n", "\n");
    check(text.trim(), max_chars, |character| matches!(character, '\n' | '\t'))
}

/// True for characters that cannot be seen or that reorder the others.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn check(text: &str, max_chars: usize, allowed: impl Fn(char) -> bool) -> Result<String, String> {
    if text.chars().count() > max_chars {
        return Err(format!("must have at most {max_chars} characters"));
    }
    if text.chars().any(|character| is_hidden(character) && !allowed(character)) {
        return Err("must not contain control or invisible characters".into());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{clean, clean_lines};

    #[test]
    fn characters_that_hide_are_refused() {
        for hidden in ["a\0b", "a\nb", "a\u{200b}b", "a\u{202e}b", "a\u{2066}b", "\u{feff}ab", "a\u{ad}b"] {
            assert!(clean(hidden, 10).is_err(), "{hidden:?}");
        }
        assert_eq!(
            clean("  Žofie Müller-Lüdenscheidt 茶 🫖 ", 40).unwrap(),
            "Žofie Müller-Lüdenscheidt 茶 🫖"
        );
    }

    #[test]
    fn lines_end_alike() {
        assert_eq!(clean_lines("one\r\ntwo\n", 20).unwrap(), "one\ntwo");
        assert!(clean_lines("one\u{7}two", 20).is_err());
    }

    #[test]
    fn length_counts_characters() {
        assert!(clean("茶茶茶", 3).is_ok());
        assert_eq!(clean("abcd", 3).unwrap_err(), "must have at most 3 characters");
    }
}
