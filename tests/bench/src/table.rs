//! Markdown tables.

/// Writes a table to standard output under a heading, with a remark below it.
pub(crate) fn print(heading: &str, columns: &[&str], rows: &[Vec<String>], remark: &str) {
    println!("### {heading}\n");
    println!("| {} |", columns.join(" | "));
    let rules: Vec<_> = (0..columns.len()).map(|index| if index == 0 { "---" } else { "---:" }).collect();
    println!("|{}|", rules.join("|"));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
    println!("\n{remark}\n");
}

/// Milliseconds with as many digits as mean something.
pub(crate) fn ms(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

/// A whole number with a space between thousands.
pub(crate) fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A ratio, and what it should be.
pub(crate) fn against(ratio: f64, target: f64) -> String {
    let verdict = if ratio >= target { "met" } else { "short" };
    format!("≥ {target} ({verdict})")
}

/// What a value should not exceed.
pub(crate) fn within(value: f64, target: f64) -> String {
    format!("≤ {target} ({})", if value <= target { "met" } else { "short" })
}
