//! `/staff/products/new` and `/staff/products/<id>`: a product is made, looked at, changed.
//!
//! A change names the version that its form was made from. If the product has another one by now, nothing is
//! written: the form comes back as it was typed, beside what somebody else has made of the product.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use client::{NewProduct, ProductChanges, Refused};
use contract::product::{Product, Stock};

use super::door::Inside;
use super::refusals::{Ended, ended, id, nothing_here, status};
use crate::flash::Code;
use crate::format::minor_digits;
use crate::staff::form::{Changed, Entered, Field, Typed as Form, Wrong, pieces, written_pieces};
use crate::texts::{self, staff as text};
use crate::typed::Typed;
use crate::views::staff::{Compared, ProductFormPage, Subject};
use crate::views::{FormErrors, Health, Part};
use crate::visit::Visit;

/// The form of a product that is to be.
pub(super) async fn new(Inside(mut visit): Inside) -> Response {
    let mut view = page(&mut visit, None, Form::default());
    if visit.shop.parts().product == Health::Down {
        view.disabled = Some(text::product::DISABLED_NEW);
    }
    visit.show(StatusCode::OK, &view)
}

/// Makes the product.
pub(super) async fn create(Inside(mut visit): Inside, mut typed: Typed) -> Response {
    let form = read(&mut typed);
    let is_retry = !typed.text("retry").is_empty();
    let entered = match form.check(decimals(&visit), None) {
        Ok(entered) => entered,
        Err(wrong) => {
            let view = ProductFormPage { errors: mistakes(&wrong), is_retry, ..page(&mut visit, None, form) };
            return visit.show(StatusCode::BAD_REQUEST, &view);
        }
    };
    let (service, draft) = (&visit.shop.peers.product.clone(), &draft(&entered));
    let error = match visit.ask(|me| async move { service.create(me.caller(), draft).await }).await {
        Ok(product) => return created(&mut visit, product.id),
        Err(error) => error,
    };
    match ended(&mut visit, error) {
        Ended::Out(response) => response,
        Ended::No(refused) => {
            // The answer to the first attempt was lost: this product may be the one that it made.
            if is_retry && let Some(made) = same_product(&mut visit, &entered).await {
                return created(&mut visit, made);
            }
            let view = ProductFormPage { errors: from_refusal(&refused), ..page(&mut visit, None, form) };
            visit.show(status(&refused), &view)
        }
        Ended::Silence { may_have_happened } => {
            let view = ProductFormPage {
                errors: silence(may_have_happened),
                is_retry: is_retry || may_have_happened,
                ..page(&mut visit, None, form)
            };
            visit.show(StatusCode::SERVICE_UNAVAILABLE, &view)
        }
    }
}

/// The form of a product.
pub(super) async fn show(Inside(mut visit): Inside, Path(named): Path<String>) -> Response {
    let (product, is_live) = match look_up(&mut visit, &named).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let form = Form::of(&product, decimals(&visit));
    let mut view = page(&mut visit, Some(&product), form);
    if !is_live {
        view.disabled = Some(text::product::DISABLED);
    }
    visit.show(StatusCode::OK, &view)
}

/// Changes the product.
pub(super) async fn save(Inside(mut visit): Inside, Path(named): Path<String>, mut typed: Typed) -> Response {
    let form = read(&mut typed);
    let seen = Seen { version: typed.value("version"), stock: typed.text("shown_stock") };
    let Some(number) = id(&named) else { return nothing_here(&mut visit) };
    let (product, is_live) = match find(&mut visit, number).await {
        Found::Live(product) => (product, true),
        Found::Copied(product) => (product, false),
        Found::Silence => (seen.product(number, &form, &visit), false),
        Found::Out(response) => return response,
    };
    if !is_live {
        return seen.again(&mut visit, &product, form, StatusCode::SERVICE_UNAVAILABLE, silence(false));
    }
    let entered = match form.check(decimals(&visit), Some(&product)) {
        Ok(entered) => entered,
        Err(wrong) => {
            return seen.again(&mut visit, &product, form, StatusCode::BAD_REQUEST, mistakes(&wrong));
        }
    };
    let shown = pieces(&seen.stock).unwrap_or(product.stock_quantity);
    let changed = entered.changes(&product, shown);
    let has_moved = changed.stock_quantity.is_some_and(|to| to != product.stock_quantity)
        && product.stock_quantity != shown;
    if changed.is_empty() || is_as_wanted(&changed, &product) {
        return visit.go_saying(&address(product.id), Code::ProductSaved.about(product.id));
    }
    if seen.version != Some(product.version) || has_moved {
        return conflict(&mut visit, &product, form, changed.stock_quantity.is_some());
    }
    let (service, changes) = (&visit.shop.peers.product.clone(), &changes(changed.clone()));
    let version = product.version;
    let error = match visit
        .ask(|me| async move { service.edit(me.caller(), number, version, changes).await })
        .await
    {
        Ok(saved) => return visit.go_saying(&address(saved.id), Code::ProductSaved.about(saved.id)),
        Err(error) => error,
    };
    match ended(&mut visit, error) {
        Ended::Out(response) => response,
        Ended::No(refused) if refused.status == 412 => match find(&mut visit, number).await {
            Found::Live(now) => conflict(&mut visit, &now, form, changed.stock_quantity.is_some()),
            Found::Copied(_) | Found::Silence => {
                seen.again(&mut visit, &product, form, StatusCode::SERVICE_UNAVAILABLE, silence(false))
            }
            Found::Out(response) => response,
        },
        Ended::No(refused) if refused.status == 404 => nothing_here(&mut visit),
        Ended::No(refused) => {
            seen.again(&mut visit, &product, form, status(&refused), from_refusal(&refused))
        }
        Ended::Silence { may_have_happened } => {
            let errors = silence(may_have_happened);
            seen.again(&mut visit, &product, form, StatusCode::SERVICE_UNAVAILABLE, errors)
        }
    }
}

/// The product that an address names, and whether the product service told it; else the answer.
pub(super) async fn look_up(visit: &mut Visit, named: &str) -> Result<(Product, bool), Response> {
    let Some(number) = id(named) else { return Err(nothing_here(visit)) };
    match find(visit, number).await {
        Found::Live(product) => Ok((product, true)),
        Found::Copied(product) => Ok((product, false)),
        Found::Silence => Err(visit.unavailable(Part::Product, texts::degraded::PRODUCT_UNSEEN)),
        Found::Out(response) => Err(response),
    }
}

/// Where a product was found.
enum Found {
    /// The product service told it.
    Live(Product),
    /// The product service does not answer, and the copy has it.
    Copied(Product),
    /// The product service does not answer, and the copy does not have it.
    Silence,
    /// This is all there is to show.
    Out(Response),
}

async fn find(visit: &mut Visit, number: i64) -> Found {
    let (service, name) = (&visit.shop.peers.product.clone(), &number.to_string());
    let error = match visit.ask(|me| async move { service.product(me.caller(), name).await }).await {
        Ok(product) => return Found::Live(product),
        Err(error) => error,
    };
    match ended(visit, error) {
        Ended::Out(response) => Found::Out(response),
        Ended::No(refused) if refused.status == 404 => Found::Out(nothing_here(visit)),
        Ended::No(refused) => Found::Out(visit.refused(&refused)),
        Ended::Silence { .. } => visit.shop.catalogue.by_id(number).map_or(Found::Silence, Found::Copied),
    }
}

/// The page with nothing special on it.
pub(super) fn page(visit: &mut Visit, product: Option<&Product>, typed: Form) -> ProductFormPage {
    let title =
        product.map_or_else(|| text::product::NEW.to_owned(), |product| text::product::edit(&product.name));
    let page = visit.page(&title);
    let format = &visit.shop.look.format;
    ProductFormPage {
        page,
        subject: product.map(|product| Subject {
            id: product.id,
            slug: product.slug.clone(),
            name: product.name.clone(),
            image: product.image.clone(),
            version: product.version,
            shown_stock: written_pieces(product.stock_quantity),
        }),
        typed,
        errors: FormErrors::none(),
        conflict: Vec::new(),
        disabled: None,
        is_retry: false,
        currency: format.currency().code().to_owned(),
        example_price: format.plain_amount(1_450),
        categories: visit.shop.catalogue.categories().iter().map(|category| category.name.clone()).collect(),
    }
}

fn address(id: i64) -> String {
    format!("/staff/products/{id}")
}

fn created(visit: &mut Visit, id: i64) -> Response {
    visit.go_saying(&address(id), Code::ProductCreated.about(id))
}

/// The decimals of the shop's currency.
fn decimals(visit: &Visit) -> u8 {
    minor_digits(visit.shop.look.format.currency())
}

fn read(typed: &mut Typed) -> Form {
    let mut form = Form::default();
    for field in Field::ALL {
        form.set(field, typed.verbatim(field.name()));
    }
    form
}

fn mistakes(wrong: &[Wrong]) -> FormErrors {
    wrong.iter().fold(FormErrors::none(), |errors, (field, mistake)| {
        errors.and(field.name(), text::product::mistake(*field, *mistake))
    })
}

/// The product service's own no, field by field.
fn from_refusal(refused: &Refused) -> FormErrors {
    if refused.problem.errors.is_empty() {
        return FormErrors::general(refused.problem.message.clone());
    }
    refused.problem.errors.iter().fold(FormErrors::none(), |errors, error| match Field::named(&error.field) {
        Some(field) if error.message == "is taken" => {
            errors.and(field.name(), text::product::mistake(field, crate::staff::form::Mistake::Taken))
        }
        Some(field) => errors.and(field.name(), texts::forms::sentence(&error.field, &error.message)),
        None => errors.and("", texts::forms::sentence(&error.field, &error.message)),
    })
}

/// What the form was made from.
struct Seen {
    version: Option<i64>,
    /// As it is typed.
    stock: String,
}

impl Seen {
    /// The product as the form alone knows it, to give the form back.
    fn product(&self, id: i64, form: &Form, visit: &Visit) -> Product {
        Product {
            id,
            image: form.image.clone(),
            name: form.name.clone(),
            price: 0,
            slug: form.slug.clone(),
            currency: visit.shop.look.format.currency(),
            description: form.description.clone(),
            category: form.category.clone(),
            stock: Stock::InStock,
            stock_quantity: None,
            version: self.version.unwrap_or_default(),
        }
    }

    /// The form as it was typed, with what is wrong. It stays made from the same product: what somebody else
    /// does in the meantime is found when it is sent again.
    fn again(
        self,
        visit: &mut Visit,
        product: &Product,
        form: Form,
        status: StatusCode,
        errors: FormErrors,
    ) -> Response {
        let mut view = ProductFormPage { errors, ..page(visit, Some(product), form) };
        if let (Some(subject), Some(version)) = (&mut view.subject, self.version) {
            subject.version = version;
            subject.shown_stock = self.stock;
        }
        visit.show(status, &view)
    }
}

/// The product service did not answer.
fn silence(may_have_happened: bool) -> FormErrors {
    FormErrors::general(match may_have_happened {
        true => text::product::SAVE_UNKNOWN,
        false => text::product::SAVE_FAILED,
    })
}

/// The form beside what somebody else has made of the product. Saved again, it names the present version.
fn conflict(visit: &mut Visit, product: &Product, mut form: Form, is_stock_typed: bool) -> Response {
    let present = Form::of(product, decimals(visit));
    if !is_stock_typed {
        // Nobody typed it; what orders have taken since is no conflict.
        form.stock_quantity.clone_from(&present.stock_quantity);
    }
    let differing = Field::ALL.into_iter().filter(|field| {
        let (yours, theirs) = (form.value(*field).replace("\r\n", "\n"), present.value(*field));
        yours.trim() != theirs.trim()
    });
    let conflict = differing.map(|field| Compared {
        label: text::product::label(field),
        yours: form.value(field).to_owned(),
        theirs: present.value(field).to_owned(),
    });
    let conflict = conflict.collect();
    let errors = FormErrors::at("conflict", text::product::CONFLICT);
    let view = ProductFormPage { errors, conflict, ..page(visit, Some(product), form) };
    visit.show(StatusCode::CONFLICT, &view)
}

fn draft(entered: &Entered) -> NewProduct {
    NewProduct {
        slug: entered.slug.clone(),
        name: entered.name.clone(),
        price: entered.price,
        category: entered.category.clone(),
        description: entered.description.clone(),
        image: entered.image.clone(),
        stock_quantity: entered.stock_quantity,
    }
}

fn changes(changed: Changed) -> ProductChanges {
    ProductChanges {
        slug: changed.slug,
        name: changed.name,
        price: changed.price,
        category: changed.category,
        description: changed.description,
        image: changed.image,
        stock_quantity: changed.stock_quantity,
    }
}

/// Whether the product is already what the form wants, as after a change whose answer was lost.
fn is_as_wanted(changed: &Changed, product: &Product) -> bool {
    let stock = changed.stock_quantity.filter(|wanted| *wanted != product.stock_quantity);
    Changed { stock_quantity: stock, ..changed.clone() }.is_empty()
}

/// The product with this slug, if it is exactly what was to be made.
async fn same_product(visit: &mut Visit, entered: &Entered) -> Option<i64> {
    let (service, slug) = (&visit.shop.peers.product.clone(), entered.slug.as_str());
    let found = visit.ask(|me| async move { service.product(me.caller(), slug).await }).await.ok()?;
    let is_same = entered.changes(&found, found.stock_quantity);
    let is_same = Changed { stock_quantity: None, ..is_same }.is_empty();
    is_same.then_some(found.id)
}
