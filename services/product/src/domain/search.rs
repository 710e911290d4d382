//! What a shopper's words mean, and which product they mean most.
//!
//! A product matches if it has every word somewhere; the last word may be the beginning of one, as while it
//! is typed. The rank depends on the product and the words alone, so that pages of a list fit together
//! whatever else changes in the catalogue.

/// The most characters of a search.
pub const MAX_CHARS: usize = 200;

/// The most words that are looked for; further ones are left out.
const MAX_WORDS: usize = 10;

/// A single letter is a word, not the beginning of every tenth one.
const SHORTEST_BEGINNING: usize = 2;

/// The words of a search, in lower case. They hold letters and digits only, so they mean nothing to the
/// languages of search engines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of a text.
    pub fn of(text: &str) -> Self {
        Self(split(&text.to_lowercase()).take(MAX_WORDS).map(str::to_owned).collect())
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words side by side.
    pub fn text(&self) -> String {
        self.0.join(" ")
    }

    /// As SQLite's FTS5 takes it: `"green" "te"*`.
    pub fn for_fts5(&self) -> String {
        self.written(" ", |word| format!("\"{word}\""), "*")
    }

    /// As PostgreSQL's `to_tsquery` takes it: `green & te:*`.
    pub fn for_tsquery(&self) -> String {
        self.written(" & ", str::to_owned, ":*")
    }

    fn written(&self, between: &str, word: impl Fn(&str) -> String, beginning: &str) -> String {
        let mut written: Vec<_> = self.0.iter().map(|text| word(text)).collect();
        if let Some((last, text)) = written.last_mut().zip(self.0.last())
            && text.chars().count() >= SHORTEST_BEGINNING
        {
            last.push_str(beginning);
        }
        written.join(between)
    }

    /// How well a product fits that has all the words; more is better. `name` is in lower case.
    pub fn score(&self, name: &str, category: &str) -> i64 {
        let category = category.to_lowercase();
        let whole = self.text();
        let spoken = split(name).collect::<Vec<_>>().join(" ");
        let as_name = match spoken.strip_prefix(&whole) {
            Some("") => 1_000,
            Some(rest) if rest.starts_with(' ') => 200,
            Some(_) => 100,
            None => 0,
        };
        as_name + self.0.iter().map(|word| word_score(word, name, &category)).sum::<i64>()
    }
}

/// A word counts most in the name, less in the category, least in the description, where it must be if it
/// is in neither.
fn word_score(word: &str, name: &str, category: &str) -> i64 {
    let best = |text: &str, whole: i64, beginning: i64| {
        let score = |part: &str| match part.strip_prefix(word) {
            Some("") => whole,
            Some(_) => beginning,
            None => 0,
        };
        split(text).map(score).max().unwrap_or(0)
    };
    best(name, 40, 30).max(best(category, 20, 15)).max(1)
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn the_languages_of_search_engines_are_not_spoken() {
        for (text, fts5, tsquery) in [
            ("Green Te", r#""green" "te"*"#, "green & te:*"),
            ("a", r#""a""#, "a"),
            ("NEAR(\"tea\" OR name:*) -x", r#""near" "tea" "or" "name" "x""#, "near & tea & or & name & x"),
            (
                "tea'; DROP TABLE products --",
                r#""tea" "drop" "table" "products"*"#,
                "tea & drop & table & products:*",
            ),
            ("!!!", "", ""),
        ] {
            let words = Words::of(text);
            assert_eq!((words.for_fts5().as_str(), words.for_tsquery().as_str()), (fts5, tsquery), "{text}");
            assert_eq!(words.is_empty(), fts5.is_empty());
        }
    }

    #[test]
    fn the_name_counts_more_than_the_category_and_that_more_than_the_description() {
        let products = [
            ("green tea", ""),
            ("green tea sampler", ""),
            ("best green tea", ""),
            ("tea, green as grass", ""),
            ("greenish teapot", ""),
            ("sencha", "green tea"),
            ("linen filter", "teaware"),
        ];
        let words = Words::of("Green Tea");
        let scores: Vec<_> = products.iter().map(|(name, category)| words.score(name, category)).collect();
        let mut sorted = scores.clone();
        sorted.sort_by_key(|score| std::cmp::Reverse(*score));
        assert_eq!(scores, sorted);
    }
}
