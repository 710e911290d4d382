//! What an import has to do, given what there is: all of it, or nothing if there is a mistake.

use super::{
    csv::{Line, MAX_ERRORS},
    values::{Draft, Edit, Quantity},
};
use chassis::input::FieldValue;
use contract::product::CsvError;
use std::collections::{HashMap, HashSet};

/// What the lines mean, in their order.
#[derive(Debug, Default)]
pub struct Plan {
    pub create: Vec<Draft>,
    /// Ids of known products, and what the file says of them.
    pub update: Vec<(i64, Edit)>,
}

/// Tells new products from known ones. `known` are ids by slug; `owners` are the slugs of the products that
/// have one of the names now, by the name in lower case.
///
/// # Errors
/// Names that belong to products of which the file does not speak.
pub fn plan(
    lines: Vec<Line>,
    known: &HashMap<String, i64>,
    owners: &HashMap<String, String>,
) -> Result<Plan, Vec<CsvError>> {
    let slugs: HashSet<&str> = lines.iter().map(|line| line.slug.as_str()).collect();
    // The file gives each of its products a name of its own, so names within it may even be exchanged.
    let is_taken =
        |line: &&Line| owners.get(&line.name.folded()).is_some_and(|owner| !slugs.contains(owner.as_str()));
    let mistake = |line: &Line| CsvError {
        line: line.number,
        column: "name".to_owned(),
        message: format!("is the name of the product {}", owners[&line.name.folded()]),
    };
    let mistakes: Vec<_> = lines.iter().filter(is_taken).map(mistake).take(MAX_ERRORS).collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let mut plan = Plan::default();
    for line in lines {
        match known.get(line.slug.as_str()) {
            Some(id) => plan.update.push((*id, edit(line))),
            None => plan.create.push(draft(line)),
        }
    }
    Ok(plan)
}

fn edit(line: Line) -> Edit {
    Edit {
        slug: None,
        name: Some(line.name),
        price: Some(line.price),
        category: line.category,
        description: line.description,
        image: line.image,
        quantity: line.quantity.map(|quantity| Quantity(Some(quantity))),
    }
}

fn draft(line: Line) -> Draft {
    Draft {
        slug: line.slug,
        name: line.name,
        price: line.price,
        category: or_empty(line.category),
        description: or_empty(line.description),
        image: or_empty(line.image),
        quantity: Quantity(line.quantity),
    }
}

/// The value, or that of an empty text, where such a text is a value.
pub fn or_empty<T: FieldValue>(value: Option<T>) -> T {
    value.unwrap_or_else(|| T::from_text("").expect("an empty text will do"))
}

#[cfg(test)]
mod tests {
    use super::plan;
    use crate::domain::csv::read;
    use std::collections::HashMap;

    fn map<T: Clone>(pairs: &[(&str, T)]) -> HashMap<String, T> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    #[test]
    fn two_products_may_exchange_their_names_but_none_may_take_a_third_ones() {
        let lines = || read(b"slug,name,price\na,Beta,1\nb,Alpha,1\nc,Gamma,1\n").unwrap();
        let known = map(&[("a", 1), ("b", 2)]);
        let exchanged = map(&[("alpha", "a".to_owned()), ("beta", "b".to_owned())]);
        let planned = plan(lines(), &known, &exchanged).unwrap();
        assert_eq!((planned.create.len(), planned.update.len()), (1, 2));

        let taken = map(&[("gamma", "z".to_owned())]);
        let mistakes = plan(lines(), &known, &taken).unwrap_err();
        assert_eq!((mistakes[0].line, mistakes[0].column.as_str()), (4, "name"));
    }
}
