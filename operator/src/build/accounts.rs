//! An account for each component, with no rights and no token: nothing in a shop speaks to the API server.

use serde_json::json;

use super::{Child, Context};
use crate::kind::Kind;
use crate::names;

pub(super) fn of(context: &Context) -> Vec<Child> {
    let account = |component| {
        let name = names::of(context.shop(), component);
        let body = json!({"automountServiceAccountToken": false});
        context.child(Kind::ServiceAccount, &component.name(), name, body)
    };
    context.plan.components().into_iter().map(account).collect()
}
