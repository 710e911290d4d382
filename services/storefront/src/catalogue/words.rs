//! What a shopper's words mean to the copy: the same as to the product service, in a plainer way.
//!
//! A product matches if it has every word somewhere; the last word may be the beginning of one, as while it
//! is typed. Case and accents do not matter.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// The most words that are looked for; further ones are left out.
const MAX_WORDS: usize = 10;

/// A single letter is a word, not the beginning of every tenth one.
const SHORTEST_BEGINNING: usize = 2;

/// The words of a product, ready to be searched: each field is its folded words with a blank before, between
/// and after them.
#[derive(Debug)]
pub(super) struct Searchable {
    name: Box<str>,
    category: Box<str>,
    description: Box<str>,
}

impl Searchable {
    pub(super) fn of(name: &str, category: &str, description: &str) -> Self {
        let [name, category, description] = [name, category, description].map(|text| {
            let words = fold(text);
            if words.is_empty() { "".into() } else { format!(" {} ", words.join(" ")).into() }
        });
        Self { name, category, description }
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        self.name.len() + self.category.len() + self.description.len()
    }
}

/// The words of a search.
pub(super) struct Words {
    /// Each as it is looked for: with a blank before it, and one after it unless it may be a beginning.
    needles: Vec<String>,
}

impl Words {
    /// The words of a text; there may be none in it.
    pub(super) fn of(text: &str) -> Self {
        let mut words = fold(text);
        words.truncate(MAX_WORDS);
        let last = words.len().saturating_sub(1);
        let needle = |(index, word): (usize, &String)| {
            let is_beginning = index == last && word.chars().count() >= SHORTEST_BEGINNING;
            if is_beginning { format!(" {word}") } else { format!(" {word} ") }
        };
        Self { needles: words.iter().enumerate().map(needle).collect() }
    }

    /// How well a product fits, more is better; none if it lacks a word. A word counts most in the name, less
    /// in the category, least in the description; and a name that is, or begins with, what was typed comes
    /// first.
    pub(super) fn score(&self, product: &Searchable) -> Option<i64> {
        let mut score = 0;
        for needle in &self.needles {
            score += if product.name.contains(needle) {
                if has_whole(&product.name, needle) { 40 } else { 30 }
            } else if product.category.contains(needle) {
                if has_whole(&product.category, needle) { 20 } else { 15 }
            } else if product.description.contains(needle) {
                1
            } else {
                return None;
            };
        }
        let whole = self.needles.iter().map(|needle| needle.trim()).collect::<Vec<_>>().join(" ");
        let as_name = match product.name.trim().strip_prefix(&whole) {
            Some("") => 1_000,
            Some(rest) if rest.starts_with(' ') => 200,
            Some(_) => 100,
            None => 0,
        };
        (!self.needles.is_empty()).then_some(score + as_name)
    }
}

fn has_whole(text: &str, needle: &str) -> bool {
    needle.ends_with(' ') || text.contains(&format!("{needle} "))
}

/// The words of a text in lower case and without accents: "Crème Brûlée" is "creme", "brulee".
fn fold(text: &str) -> Vec<String> {
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize(&text.to_lowercase()).into_owned();
    let mut folded = String::with_capacity(plain.len());
    for character in plain.chars().filter(|character| !is_accent(*character)) {
        match character {
            // Letters of the Latin script that are not letters with accents, as people type them without.
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            // Case and decomposition together may bring capitals back.
            other => folded.extend(other.to_lowercase()),
        }
    }
    let is_between = |character: char| !(character.is_alphanumeric() || is_voicing(character));
    folded.split(is_between).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Marks above, below and through letters: the blocks of combining diacritical marks (Unicode).
fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// The marks by which kana change their sound: another letter, not an accent.
fn is_voicing(character: char) -> bool {
    matches!(character, '\u{3099}' | '\u{309a}')
}

#[cfg(test)]
mod tests {
    use super::{Searchable, Words, fold};

    fn score(search: &str, name: &str, category: &str, description: &str) -> Option<i64> {
        Words::of(search).score(&Searchable::of(name, category, description))
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        for (text, words) in [
            ("Crème Brûlée", vec!["creme", "brulee"]),
            ("Straße ŁÓDŹ Øre", vec!["strasse", "lodz", "ore"]),
            ("İstanbul ISPARTA", vec!["istanbul", "isparta"]),
            ("ﬁne ½ K", vec!["fine", "1", "2", "k"]),
            ("Tea, green — as 'grass'!", vec!["tea", "green", "as", "grass"]),
            ("煎茶 の ガラス", vec!["煎茶", "の", "カ\u{3099}ラス"]),
            (" \t!?", vec![]),
        ] {
            assert_eq!(fold(text), words, "{text}");
        }
        assert!(score("creme brulee", "Crème Brûlée", "", "").is_some());
        assert!(score("CRÈME", "Creme caramel", "", "").is_some());
        assert!(score("カラス", "ガラス", "", "").is_none(), "a crow is no glass");
    }

    #[test]
    fn every_word_must_occur_and_only_the_last_may_be_a_beginning() {
        let product = ("Green Tea Sampler", "Tea", "Six tins from Uji.");
        for (search, found) in [
            ("green sampler", true),
            ("sampler green", true),
            ("uji green", true),
            ("green samp", true),
            ("gre sampler", false),
            ("green coffee", false),
            ("reen", false),
            ("tea t", false),
            ("tea ti", true),
            ("", false),
            ("!!", false),
        ] {
            assert_eq!(score(search, product.0, product.1, product.2).is_some(), found, "{search}");
        }
    }

    #[test]
    fn words_past_the_tenth_are_not_looked_for() {
        assert!(score("a a a a a a a a a a nowhere", "A", "", "").is_some());
    }

    #[test]
    fn the_name_counts_more_than_the_category_and_that_more_than_the_description() {
        let products = [
            ("Green Tea", "", ""),
            ("Green tea sampler", "", ""),
            ("Green teapot", "", ""),
            ("Best green tea", "", ""),
            ("Greenish green teapot, best", "", ""),
            ("Sencha", "Green tea", ""),
            ("Sencha", "", "A green tea."),
        ];
        let scores: Vec<_> = products
            .iter()
            .map(|(name, category, description)| score("green tea", name, category, description))
            .collect();
        assert!(scores.iter().all(Option::is_some));
        assert!(scores.is_sorted_by(|better, worse| better > worse), "{scores:?}");
    }
}
