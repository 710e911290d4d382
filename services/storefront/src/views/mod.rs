//! What each page shows, as plain data beside its template.
//!
//! A view decides nothing and asks nobody: handlers fill it, templates write it. Amounts and times are given
//! as they are and written in the shop's locale by the view's constructors.

mod account;
mod basket;
mod card;
mod checkout;
mod errors;
mod home;
mod login;
mod logout;
mod order;
mod orders;
mod page;
mod problem;
mod product;
mod register;
#[cfg(test)]
mod samples;
pub(crate) mod staff;
mod status;
#[cfg(test)]
mod tests;
mod thank_you;

pub(crate) use account::AccountPage;
pub(crate) use basket::{BasketLine, BasketPage, CheckoutGate};
pub(crate) use card::{Card, CopyNote};
pub(crate) use checkout::{CheckoutPage, CheckoutState};
pub(crate) use errors::FormErrors;
pub(crate) use home::{HomePage, Listing, Shelf};
pub(crate) use login::LoginPage;
pub(crate) use logout::LogoutPage;
pub(crate) use order::{OrderPage, OrderView};
pub(crate) use orders::{OrderRow, OrdersPage};
pub(crate) use page::{Flash, Health, Look, Page, Part, Parts, Shopper};
pub(crate) use problem::ProblemPage;
pub(crate) use product::ProductPage;
pub(crate) use register::RegisterPage;
pub(crate) use status::Status;
pub(crate) use thank_you::ThankYouPage;
