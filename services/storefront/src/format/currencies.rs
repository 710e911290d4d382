//! Symbols and places of currencies: what the Unicode locale data (CLDR) says and the compiled data of the
//! libraries leaves out, for the currencies and languages that shops here are likely to have. All others are
//! written with their code, which is right everywhere.

use icu_locale_core::LanguageIdentifier;

/// No-break space, so that a price is never cut in two.
const NBSP: char = '\u{a0}';

/// Decimal places (ISO 4217, list one): all that differ from 2.
pub(super) fn minor_digits(code: &str) -> i16 {
    match code {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// Puts the symbol where the language has it (CLDR, standard currency pattern).
pub(super) fn with_symbol(language: &LanguageIdentifier, code: &str, number: &str) -> String {
    let symbol = symbol(language, code);
    let after = match language.language.as_str() {
        "de" => !matches!(region(language), Some("AT" | "CH" | "LI")),
        "es" => matches!(region(language), None | Some("ES")),
        "pt" => region(language) == Some("PT"),
        "bg" | "bs" | "ca" | "cs" | "da" | "el" | "et" | "fi" | "fr" | "gl" | "he" | "hr" | "hu" | "hy"
        | "is" | "it" | "ka" | "kk" | "lt" | "lv" | "mk" | "nb" | "no" | "pl" | "ro" | "ru" | "sk" | "sl"
        | "sr" | "sv" | "uk" | "vi" => true,
        _ => false,
    };
    let apart = match language.language.as_str() {
        "de" | "nl" | "pt" => true,
        // A symbol that ends in a letter would run into the number (CLDR, currency spacing).
        _ => symbol.ends_with(|last: char| last.is_alphabetic()),
    };
    match (after, apart) {
        (true, _) => format!("{number}{NBSP}{symbol}"),
        (false, true) => format!("{symbol}{NBSP}{number}"),
        (false, false) => format!("{symbol}{number}"),
    }
}

/// The symbol that readers of the language know without thinking; else the code.
fn symbol<'a>(language: &LanguageIdentifier, code: &'a str) -> &'a str {
    match code {
        "EUR" => "€",
        "GBP" => "£",
        "INR" => "₹",
        "ILS" => "₪",
        "KRW" => "₩",
        "VND" => "₫",
        "JPY" if language.language.as_str() == "ja" => "￥",
        "JPY" => "¥",
        "BRL" => "R$",
        "CNY" if language.language.as_str() == "zh" => "¥",
        "CNY" => "CN¥",
        "PLN" if language.language.as_str() == "pl" => "zł",
        "CZK" if language.language.as_str() == "cs" => "Kč",
        "UAH" if language.language.as_str() == "uk" => "₴",
        "TRY" if language.language.as_str() == "tr" => "₺",
        "SEK" if language.language.as_str() == "sv" => "kr",
        "DKK" if language.language.as_str() == "da" => "kr.",
        "NOK" if matches!(language.language.as_str(), "nb" | "no") => "kr",
        "USD" | "CAD" | "AUD" | "NZD" | "HKD" | "SGD" | "MXN" => dollar(language, code),
        _ => code,
    }
}

/// Which of the many dollars: bare at home, with its country elsewhere.
fn dollar<'a>(language: &LanguageIdentifier, code: &'a str) -> &'a str {
    let (home, abroad) = match code {
        "USD" => ("US", "US$"),
        "CAD" => ("CA", "CA$"),
        "AUD" => ("AU", "A$"),
        "NZD" => ("NZ", "NZ$"),
        "HKD" => ("HK", "HK$"),
        "MXN" => ("MX", "MX$"),
        _ => ("SG", "SGD"),
    };
    match region(language) {
        Some(region) if region == home => "$",
        None if home == "US" && matches!(language.language.as_str(), "en" | "und") => "$",
        _ => abroad,
    }
}

fn region(language: &LanguageIdentifier) -> Option<&str> {
    language.region.as_ref().map(|region| region.as_str())
}
