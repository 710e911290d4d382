//! The store by itself: what both engines must agree on, below the routes.

use crate::harness::{SOON, World};
use chassis::input::FieldValue;
use kit::{Engine, TestDatabase, eventually};
use tokio::sync::oneshot;
use user::{
    account::{Email, PersonName, Registration, StandingChange, Username},
    store::{Credentials, Enforced, NewAccount, NewSession, Refreshed, Successor},
    tokens,
};
use uuid::Uuid;

fn account(username: &str) -> NewAccount {
    let registration = Registration {
        username: Username::from_text(username).unwrap(),
        email: Email::from_text(&format!("{username}@example.com")).unwrap(),
        first_name: PersonName::from_text("Ada").unwrap(),
        last_name: PersonName::from_text("Lovelace").unwrap(),
    };
    NewAccount { registration, password_hash: "a hash".to_owned(), now: 0 }
}

fn token(name: &str, expires_at: i64) -> Successor {
    Successor { digest: tokens::digest(name), expires_at, key_expires_at: expires_at.min(1_000) }
}

/// A session of that account, begun now with that refresh token.
async fn open(store: &user::Store, checked: Credentials, token: Successor) -> Option<Uuid> {
    let id = Uuid::new_v4();
    let session = NewSession { id, checked, renewed_hash: None, token };
    store.open_session(session).await.unwrap().map(|_| id)
}

kit::on_both_engines!(names_and_addresses_are_found_and_taken_in_lower_case);
async fn names_and_addresses_are_found_and_taken_in_lower_case(database: TestDatabase) {
    let world = World::new(database);
    let (store, _open) = world.store().await;
    let made = store.create(account("Ada")).await.unwrap().expect("the name is free");
    assert_eq!((made.username.as_str(), made.is_active, made.is_admin), ("Ada", true, false));
    assert!(store.create(account("aDA")).await.unwrap().is_none());
    assert_eq!(store.taken("ada", "nobody@example.com").await.unwrap(), (true, false));
    assert_eq!(store.taken("nobody", "ada@example.com").await.unwrap(), (false, true));
    assert_eq!(store.taken("nobody", "nobody@example.com").await.unwrap(), (false, false));
    assert_eq!(store.by_username("ada").await.unwrap().unwrap().user, made);
    assert!(store.by_username("Ada").await.unwrap().is_none(), "it is asked in lower case");
    assert_eq!(store.users(0, 10).await.unwrap(), std::slice::from_ref(&made));
    assert_eq!(store.users(made.id, 10).await.unwrap(), []);
}

kit::on_both_engines!(a_session_is_of_its_account_while_both_live);
async fn a_session_is_of_its_account_while_both_live(database: TestDatabase) {
    let world = World::new(database);
    let (store, _open) = world.store().await;
    let ada = store.create(account("ada")).await.unwrap().unwrap();
    let checked = store.by_username("ada").await.unwrap().unwrap();
    let session = open(&store, checked.clone(), token("first", 5_000)).await.expect("the session opens");
    assert!(store.by_session(session, ada.id).await.unwrap().is_some());
    assert!(store.by_session(session, ada.id + 1).await.unwrap().is_none());
    assert!(store.end_session(session, ada.id, 10).await.unwrap());
    assert!(!store.end_session(session, ada.id, 11).await.unwrap(), "it has ended already");
    assert!(store.by_session(session, ada.id).await.unwrap().is_none());
    // A password that was checked before it changed opens no session any more.
    assert!(store.set_password(ada.id, Some(0), "another hash".into(), None, 12).await.unwrap());
    assert!(!store.set_password(ada.id, Some(0), "a third hash".into(), None, 13).await.unwrap());
    assert!(open(&store, checked, token("second", 5_000)).await.is_none());
    assert!(!store.set_password(ada.id + 1, None, "a hash".into(), None, 14).await.unwrap());
}

kit::on_both_engines!(what_has_expired_is_forgotten_and_nothing_else);
async fn what_has_expired_is_forgotten_and_nothing_else(database: TestDatabase) {
    let world = World::new(database);
    let (store, database) = world.store().await;
    let ada = store.create(account("ada")).await.unwrap().unwrap();
    let checked = store.by_username("ada").await.unwrap().unwrap();
    let ended = open(&store, checked.clone(), token("ended", 5_000)).await.unwrap();
    open(&store, checked.clone(), token("old", 2_000)).await.unwrap();
    open(&store, checked, token("live", 5_000)).await.unwrap();
    store.end_session(ended, ada.id, 10).await.unwrap();
    let left = async || {
        let count = "SELECT (SELECT count(*) FROM sessions) AS sessions, \
                     (SELECT count(*) FROM refresh_tokens) AS tokens";
        let row = database.fetch_optional(count, []).await.unwrap().unwrap();
        (row.get::<i64>("sessions").unwrap(), row.get::<i64>("tokens").unwrap())
    };
    assert!(!store.prune(1_000).await.unwrap());
    assert_eq!(left().await, (3, 3), "the key of the ended session may still be around");
    store.prune(1_001).await.unwrap();
    assert_eq!(left().await, (2, 2));
    store.prune(2_001).await.unwrap();
    assert_eq!(left().await, (1, 1));
    let next = token("next", 6_000);
    let refreshed = store.refresh(tokens::digest("live"), next, 3_000).await.unwrap();
    assert!(matches!(refreshed, Refreshed::Renewed { .. }), "{refreshed:?}");
}

kit::on_both_engines!(standing_changes_or_says_why_not);
async fn standing_changes_or_says_why_not(database: TestDatabase) {
    let world = World::new(database);
    let (store, _open) = world.store().await;
    let ada = store.create(account("ada")).await.unwrap().unwrap();
    let unknown = store.change_standing(ada.id + 1, StandingChange::Activate, 0).await;
    assert!(matches!(unknown, Err(user::Error::UnknownUser)));
    assert!(store.change_standing(ada.id, StandingChange::GrantStaff, 0).await.unwrap().is_admin);
    let last = store.change_standing(ada.id, StandingChange::Deactivate, 0).await;
    assert!(matches!(last, Err(user::Error::LastStaff)));
    assert!(store.users(0, 10).await.unwrap()[0].is_active, "nothing was changed");
}

kit::on_both_engines!(a_staff_login_is_enforced_by_whoever_saw_the_last_one);
async fn a_staff_login_is_enforced_by_whoever_saw_the_last_one(database: TestDatabase) {
    let world = World::new(database);
    let (store, _open) = world.store().await;
    let username = Username::from_text("keeper").unwrap();
    let email = Email::reserved_for(&username);
    let enforce = async |last, hash: &str| {
        store.enforce_staff_login(last, username.clone(), email.clone(), hash.to_owned(), 0).await.unwrap()
    };
    assert_eq!(enforce(None, "first").await, Enforced::Done);
    assert_eq!(enforce(None, "second").await, Enforced::Overtaken);
    let last = store.staff_login().await.unwrap();
    assert_eq!(enforce(last.clone(), "third").await, Enforced::Done);
    assert_eq!(enforce(last, "fourth").await, Enforced::Overtaken);
    assert_eq!(store.by_username("keeper").await.unwrap().unwrap().password_hash, "third");
}

/// Starts `work` while another replica is in the middle of a write, ends that write once `work` waits for it,
/// and answers with what came of the work.
async fn behind_a_write<T: Send + 'static>(
    database: &database::Database,
    write: &'static str,
    user_id: i64,
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    let ((written, has_written), (end, ends)) = (oneshot::channel(), oneshot::channel::<()>());
    let held = tokio::spawn({
        let database = database.clone();
        async move {
            let work = database.write(move |transaction| {
                Box::pin(async move {
                    transaction.execute(write, database::values![user_id]).await?;
                    written.send(()).unwrap();
                    ends.await.unwrap();
                    Ok::<_, database::Error>(())
                })
            });
            work.await
        }
    });
    has_written.await.unwrap();
    let work = tokio::spawn(work);
    eventually(SOON, "the work waits for the other write, or is done", async || {
        let waiting = "SELECT count(*) AS count FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let count: i64 = database.fetch_optional(waiting, []).await.unwrap().unwrap().get("count").unwrap();
        if count > 0 || work.is_finished() { Ok(()) } else { Err(count) }
    })
    .await;
    end.send(()).unwrap();
    held.await.unwrap().unwrap();
    work.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_waits_for_a_password_that_another_replica_is_changing() {
    let world = World::new(kit::database(Engine::Postgres).await);
    let (store, database) = world.store().await;
    let ada = store.create(account("ada")).await.unwrap().unwrap();
    let checked = store.by_username("ada").await.unwrap().unwrap();
    let change = "UPDATE users SET password_changes = password_changes + 1 WHERE id = $1";
    let login = async move { open(&store, checked, token("first", 5_000)).await };
    assert_eq!(behind_a_write(&database, change, ada.id, login).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_staff_account_is_counted_after_what_another_replica_is_changing() {
    let world = World::new(kit::database(Engine::Postgres).await);
    let (store, database) = world.store().await;
    let ada = store.create(account("ada")).await.unwrap().unwrap();
    let bob = store.create(account("bob")).await.unwrap().unwrap();
    for user in [&ada, &bob] {
        store.change_standing(user.id, StandingChange::GrantStaff, 0).await.unwrap();
    }
    let revoke_ada = "UPDATE users SET is_admin = 0 WHERE id = $1";
    let revoke_bob = async move { store.change_standing(bob.id, StandingChange::RevokeStaff, 0).await };
    let refused = behind_a_write(&database, revoke_ada, ada.id, revoke_bob).await;
    assert!(matches!(refused, Err(user::Error::LastStaff)), "{refused:?}");
}

kit::on_both_engines!(no_id_of_an_account_that_a_restore_lost_is_given_out_again);
async fn no_id_of_an_account_that_a_restore_lost_is_given_out_again(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let (file, fresh) = (folder.path().join("backup"), kit::database(database.engine()).await);
    let url = database.url().parse().unwrap();
    let world = World::new(database);
    let (store, _open) = world.store().await;
    store.create(account("ada")).await.unwrap().unwrap();
    database::backup(&url, "user", user::SCHEMAS, &file).await.unwrap();
    let lost = store.create(account("bob")).await.unwrap().unwrap();
    // The old database is gone, and with it what it knew of the ids it had given out.
    database::restore(&fresh.url().parse().unwrap(), "user", user::SCHEMAS, &file).await.unwrap();
    let world = World::new(fresh);
    let (store, _open) = world.store().await;
    let next = store.create(account("carol")).await.unwrap().unwrap();
    assert!(next.id > lost.id, "{} would be shown the orders of {}", next.id, lost.id);
}
