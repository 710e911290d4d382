//! Fields and what can be wrong with them.

use super::accounts;

/// Over the list of what is wrong.
pub(crate) fn errors_heading(count: usize) -> String {
    if count == 1 { "There is a problem".to_owned() } else { format!("There are {count} problems") }
}

/// A field by the name that people read above it.
pub(crate) fn label(field: &str) -> &str {
    match field {
        "username" => "Username",
        "password" => "Password",
        "current_password" => "Current password",
        "new_password" => "New password",
        "email" => "E-mail address",
        "first_name" => "First name",
        "last_name" => "Last name",
        "quantity" => "Quantity",
        "delivery_name" => "Name",
        "delivery_address" => "Address",
        "name" => "Name",
        "slug" => "Slug",
        "price" => "Price",
        "category" => "Category",
        "description" => "Description",
        "image" => "Picture",
        "stock_quantity" => "Stock",
        other => other,
    }
}

/// A service's message about a field ("must have 8 to 128 characters") as a whole sentence.
pub(crate) fn sentence(field: &str, message: &str) -> String {
    match (field, message) {
        ("username", "is taken") => accounts::USERNAME_TAKEN.to_owned(),
        ("email", "is taken") => accounts::EMAIL_TAKEN.to_owned(),
        ("", message) => message.to_owned(),
        (field, message) if message.starts_with(|first: char| first.is_lowercase()) => {
            format!("{} {message}", label(field))
        }
        (_, message) => message.to_owned(),
    }
}
