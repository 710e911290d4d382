//! Accounts and sessions.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use contract::{Role, user::User};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Known, World, problem, problem_with, silent_feed};

pub(super) fn routes(world: Arc<World>) -> Router {
    let snapshot = Json(json!({"epoch": "e", "position": 0, "events": []}));
    Router::new()
        .route("/api/user/create", post(create))
        .route("/api/user/login", post(log_in))
        .route("/api/user/logout", post(log_out))
        .route("/api/user/refresh", post(refresh))
        .route("/api/user/password", put(change_password))
        .route("/api/user", get(current))
        .merge(super::staff::users())
        .route("/internal/snapshot", get(|| async { snapshot }))
        .route("/internal/events", get(silent_feed))
        .with_state(world)
}

async fn create(State(world): State<Arc<World>>, Json(asked): Json<Value>) -> Response {
    let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
    let mut known = world.known();
    if known.users.iter().any(|(user, _)| user.username == text("username")) {
        let errors = json!({"errors": [{"field": "username", "message": "is taken"}]});
        return problem_with(409, "username is taken", errors);
    }
    if text("password").len() < 8 {
        let errors = json!({"errors": [{"field": "password", "message": "must have 8 to 128 characters"}]});
        return problem_with(400, "password must have 8 to 128 characters", errors);
    }
    let user = User {
        api_key: None,
        email: text("email"),
        first_name: text("first_name"),
        id: 1 + i64::try_from(known.users.len()).expect("few"),
        is_active: true,
        is_admin: text("username") == "staff",
        last_name: text("last_name"),
        username: text("username"),
    };
    known.users.push((user.clone(), text("password")));
    Json(json!({"message": "User added", "result": user})).into_response()
}

async fn log_in(State(world): State<Arc<World>>, Json(asked): Json<Value>) -> Response {
    let user = {
        let known = world.known();
        let mut users = known.users.iter();
        users
            .find(|(user, password)| asked["username"] == user.username && asked["password"] == **password)
            .cloned()
    };
    match user {
        Some((user, _)) => keys(&world, user.id, Uuid::new_v4()),
        None => problem(401, "Not logged in"),
    }
}

fn keys(world: &World, user_id: i64, session: Uuid) -> Response {
    let refresh_token = Uuid::new_v4().simple().to_string();
    let (lifetime_ms, role) = {
        let mut known = world.known();
        known.refresh_tokens.push((refresh_token.clone(), user_id, session));
        let is_staff = user(&known, user_id).is_some_and(|user| user.is_admin);
        (known.token_lifetime_ms, if is_staff { Role::Staff } else { Role::Customer })
    };
    let api_key = world.token(user_id, role, session, lifetime_ms);
    let expires_in = lifetime_ms.max(1_000) / 1_000;
    Json(json!({"message": "Logged in", "api_key": api_key, "token_type": "Bearer",
        "expires_in": expires_in, "refresh_token": refresh_token}))
    .into_response()
}

async fn refresh(State(world): State<Arc<World>>, Json(asked): Json<Value>) -> Response {
    let found = {
        let known = world.known();
        let token = known.refresh_tokens.iter().find(|(token, _, _)| asked["refresh_token"] == **token);
        token.filter(|(_, _, session)| !known.ended.contains(session)).cloned()
    };
    match found {
        Some((_, user_id, session)) => keys(&world, user_id, session),
        None => problem(401, "Not logged in"),
    }
}

async fn log_out(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let caller = world.caller(&headers);
    world.known().ended.extend(caller.map(|(_, session)| session));
    let said = if caller.is_some() { "You are logged out" } else { "You are not logged in" };
    Json(json!({"message": said})).into_response()
}

async fn current(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let Some((user_id, _)) = world.caller(&headers) else { return problem(401, "Not logged in") };
    match user(&world.known(), user_id) {
        Some(user) => Json(json!({"result": user})).into_response(),
        None => problem(401, "Not logged in"),
    }
}

async fn change_password(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    let Some((user_id, _)) = world.caller(&headers) else { return problem(401, "Not logged in") };
    let mut known = world.known();
    let Some((_, password)) = known.users.iter_mut().find(|(user, _)| user.id == user_id) else {
        return problem(401, "Not logged in");
    };
    if asked["current_password"] != **password {
        let errors = json!({"errors": [{"field": "current_password", "message": "is wrong"}]});
        return problem_with(400, "current_password is wrong", errors);
    }
    *password = asked["new_password"].as_str().unwrap_or_default().to_owned();
    Json(json!({"message": "Password changed"})).into_response()
}

fn user(known: &Known, id: i64) -> Option<User> {
    known.users.iter().find(|(user, _)| user.id == id).map(|(user, _)| user.clone())
}
