//! A metric's number as people write it, in letters: `1,204`, `38 %`, `2 min 5 s`; in French `1 204`, `38 %`.

use super::MetricFormat;

/// Thin and not to be broken.
const NARROW: char = '\u{202f}';

pub(crate) fn figure(value: f64, format: MetricFormat, currency: Option<&str>, is_french: bool) -> String {
    match format {
        MetricFormat::Number => number(value, is_french),
        MetricFormat::Percent => percent(value, is_french),
        MetricFormat::Duration => duration(value, is_french),
        MetricFormat::Currency => format!("{}\u{a0}{}", number(value, is_french), currency.unwrap_or_default()),
    }
}

/// A share of one.
pub(crate) fn percent(share: f64, is_french: bool) -> String {
    let space = if is_french { NARROW.to_string() } else { String::new() };
    format!("{}{space}%", rounded(share * 100.0, if (share * 100.0).abs() < 10.0 { 1 } else { 0 }, is_french))
}

pub(crate) fn number(value: f64, is_french: bool) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || value.fract() == 0.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    rounded(value, digits, is_french)
}

fn duration(seconds: f64, is_french: bool) -> String {
    if seconds.abs() < 60.0 {
        return format!("{}\u{a0}s", number(seconds, is_french));
    }
    let all = seconds.round();
    let (minutes, rest) = ((all / 60.0).trunc(), all.abs() % 60.0);
    if minutes.abs() < 60.0 {
        return format!("{minutes}\u{a0}min\u{a0}{rest}\u{a0}s");
    }
    format!("{}\u{a0}h\u{a0}{}\u{a0}min", number((minutes / 60.0).trunc(), is_french), minutes.abs() % 60.0)
}

/// With so many digits after the point at most, and thousands apart.
fn rounded(value: f64, digits: usize, is_french: bool) -> String {
    let written = format!("{:.digits$}", value.abs());
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
    let fraction = fraction.trim_end_matches('0');
    let separator = if is_french { NARROW } else { ',' };
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    let is_nothing = whole == "0" && fraction.is_empty();
    let sign = if value < 0.0 && !is_nothing { "−" } else { "" };
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}{}{fraction}", if is_french { ',' } else { '.' }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let both = |value, format| [false, true].map(|is_french| figure(value, format, Some("EUR"), is_french));
        assert_eq!(both(1204.4, MetricFormat::Number), ["1,204", "1\u{202f}204"]);
        assert_eq!(both(-1_234_567.0, MetricFormat::Number), ["−1,234,567", "−1\u{202f}234\u{202f}567"]);
        assert_eq!(both(2.5, MetricFormat::Number), ["2.5", "2,5"]);
        assert_eq!(both(-0.001, MetricFormat::Number), ["0", "0"]);
        assert_eq!(both(0.384, MetricFormat::Percent), ["38%", "38\u{202f}%"]);
        assert_eq!(both(0.0384, MetricFormat::Percent), ["3.8%", "3,8\u{202f}%"]);
        assert_eq!(both(125.0, MetricFormat::Duration), ["2\u{a0}min\u{a0}5\u{a0}s", "2\u{a0}min\u{a0}5\u{a0}s"]);
        assert_eq!(both(3_900.0, MetricFormat::Duration), ["1\u{a0}h\u{a0}5\u{a0}min", "1\u{a0}h\u{a0}5\u{a0}min"]);
        assert_eq!(both(12.5, MetricFormat::Currency), ["12.5\u{a0}EUR", "12,5\u{a0}EUR"]);
    }
}
