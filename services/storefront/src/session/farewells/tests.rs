//! Logouts that wait for the user service.

use super::{Farewell, Farewells, MAX_WAITING, Queue, Said, Way};
use crate::{
    cookies::CookieKeys,
    session::{
        MAX_AGE, Tokens,
        value::tests::{at, keys},
    },
};
use chassis::{clock::Clock, shutdown::Shutdown};
use std::{
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::task::JoinHandle;

const NOW_MS: i64 = 1_795_253_400_000;

fn tokens(name: &str) -> Tokens {
    Tokens::given(&keys(&format!("key of {name}"), &format!("refresh token of {name}")), at(NOW_MS))
}

fn farewell(name: &str, since_ms: i64) -> Farewell {
    Farewell { tokens: tokens(name), since: at(since_ms) }
}

/// The user service: it hears farewells while it is up, except those of `deaf_to`.
#[derive(Clone, Default)]
struct UserService(Arc<Mutex<Hearing>>);

#[derive(Default)]
struct Hearing {
    is_up: bool,
    deaf_to: Option<String>,
    heard: Vec<String>,
    asked: usize,
}

impl UserService {
    fn change(&self, change: impl FnOnce(&mut Hearing)) {
        change(&mut self.0.lock().unwrap());
    }

    fn hear(&self, farewell: &Farewell) -> Said {
        let mut hearing = self.0.lock().unwrap();
        hearing.asked += 1;
        let token = farewell.tokens.access_token.clone();
        if !hearing.is_up || hearing.deaf_to.as_ref() == Some(&token) {
            return Said::NotNow;
        }
        hearing.heard.push(token);
        Said::Done
    }

    fn heard(&self) -> Vec<String> {
        self.0.lock().unwrap().heard.clone()
    }

    fn asked(&self) -> usize {
        self.0.lock().unwrap().asked
    }

    fn listen(&self, farewells: &Farewells, shutdown: &Shutdown) -> JoinHandle<()> {
        let service = self.clone();
        tokio::spawn(farewells.clone().say_all(shutdown.clone(), move |farewell| {
            let said = service.hear(&farewell);
            async move { said }
        }))
    }
}

/// Waits for what is bound to happen; time that is paused passes meanwhile.
async fn until(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(30), waiting).await.is_ok(), "{what} did not happen");
}

fn open(keys: &CookieKeys, folder: &Path) -> Farewells {
    Farewells::open(keys, Some(folder))
}

fn new_keys() -> CookieKeys {
    CookieKeys::for_this_process(Clock::set_at(NOW_MS))
}

#[tokio::test(start_paused = true)]
async fn a_logout_is_said_when_the_user_service_is_back_and_gently_until_then() {
    let (service, shutdown) = (UserService::default(), Shutdown::new());
    let farewells = Farewells::open(&new_keys(), None);
    let saying = service.listen(&farewells, &shutdown);
    for name in ["ada", "grace"] {
        farewells.add(tokens(name)).await;
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    let asked = service.asked();
    assert!((30..=62).contains(&asked), "about one attempt a second, not {asked} a minute");
    assert_eq!(farewells.len(), 2);
    service.change(|hearing| hearing.is_up = true);
    let back_at = tokio::time::Instant::now();
    until("everything said", || farewells.len() == 0).await;
    assert!(back_at.elapsed() < Duration::from_secs(2), "{:?}", back_at.elapsed());
    let mut heard = service.heard();
    heard.sort();
    assert_eq!(heard, ["key of ada", "key of grace"]);
    farewells.add(tokens("alan")).await;
    until("a later one said", || farewells.len() == 0).await;
    shutdown.drain();
    saying.await.unwrap();
}

#[tokio::test]
async fn an_old_cookie_that_is_sent_again_and_again_does_not_fill_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let keys = new_keys();
    let farewells = open(&keys, folder.path());
    farewells.add(tokens("ada")).await;
    let size = || std::fs::metadata(folder.path().join("farewells")).unwrap().len();
    let once = size();
    for _ in 0..5 {
        farewells.add(tokens("ada")).await;
    }
    assert_eq!((farewells.len(), size()), (1, once));
    farewells.add(tokens("grace")).await;
    assert!(size() > once);
}

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_said_does_not_hold_up_the_others() {
    let (service, shutdown) = (UserService::default(), Shutdown::new());
    service.change(|hearing| {
        hearing.is_up = true;
        hearing.deaf_to = Some("key of ada".into());
    });
    let farewells = Farewells::open(&new_keys(), None);
    for name in ["ada", "grace", "alan"] {
        farewells.add(tokens(name)).await;
    }
    let saying = service.listen(&farewells, &shutdown);
    until("the others said", || farewells.len() == 1).await;
    assert_eq!(service.heard(), ["key of grace", "key of alan"]);
    shutdown.drain();
    saying.await.unwrap();
}

#[tokio::test]
async fn what_waits_survives_a_restart_and_nobody_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let keys = new_keys();
    for name in ["ada", "grace", "ada"] {
        open(&keys, folder.path()).add(tokens(name)).await;
    }
    let file = folder.path().join("farewells");
    let content = std::fs::read_to_string(&file).unwrap();
    assert!(!content.contains("key of") && !content.contains("refresh token of"), "{content}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let farewells = open(&keys, folder.path());
    assert_eq!(farewells.len(), 2, "each session once");
    let (service, shutdown) = (UserService::default(), Shutdown::new());
    service.change(|hearing| hearing.is_up = true);
    let saying = service.listen(&farewells, &shutdown);
    until("the file gone", || !file.exists()).await;
    assert_eq!(service.heard(), ["key of ada", "key of grace"]);
    shutdown.drain();
    saying.await.unwrap();
    assert_eq!(open(&keys, folder.path()).len(), 0);
}

#[tokio::test]
async fn what_could_not_be_said_is_still_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let keys = new_keys();
    let farewells = open(&keys, folder.path());
    for name in ["ada", "grace"] {
        farewells.add(tokens(name)).await;
    }
    let (service, shutdown) = (UserService::default(), Shutdown::new());
    service.change(|hearing| {
        hearing.is_up = true;
        hearing.deaf_to = Some("key of grace".into());
    });
    let saying = service.listen(&farewells, &shutdown);
    until("one on disk", || open(&keys, folder.path()).len() == 1).await;
    shutdown.drain();
    saying.await.unwrap();
    let left = open(&keys, folder.path()).next().map(|farewell| farewell.tokens.access_token);
    assert_eq!(left.as_deref(), Some("key of grace"));
}

#[tokio::test]
async fn a_damaged_file_costs_only_what_was_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let keys = new_keys();
    open(&keys, folder.path()).add(tokens("ada")).await;
    let file = folder.path().join("farewells");
    let mut content = std::fs::read(&file).unwrap();
    content.extend_from_slice(b"cut and\xff\xfe\nAAAA\n");
    content.extend_from_slice(new_keys().seal("farewell", b"of other keys").as_bytes());
    std::fs::write(&file, &content).unwrap();
    let farewells = open(&keys, folder.path());
    assert_eq!(farewells.len(), 1);
    farewells.add(tokens("grace")).await;
    assert_eq!(open(&keys, folder.path()).len(), 2, "what is added stands on a line of its own");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let farewells = open(&keys, folder.path());
    farewells.add(tokens("alan")).await;
    assert_eq!(farewells.len(), 1, "without a file it waits in memory");
}

#[test]
fn an_expired_key_is_renewed_first() {
    let farewell = farewell("ada", NOW_MS);
    let expires_at = farewell.tokens.access_expires_at.unix_ms();
    assert_eq!(farewell.way(at(expires_at - 1)), Way::LogOut("key of ada"));
    assert_eq!(farewell.way(at(expires_at)), Way::RefreshFirst("refresh token of ada"));
}

#[test]
fn sessions_that_ended_by_themselves_are_forgotten() {
    let mut queue = Queue::default();
    queue.add(farewell("ada", NOW_MS));
    queue.add(farewell("grace", NOW_MS + 1_000));
    let month = i64::try_from(MAX_AGE.as_millis()).unwrap();
    let next = |queue: &mut Queue, now_ms| queue.next(at(now_ms)).map(|next| next.tokens.access_token);
    assert_eq!(next(&mut queue, NOW_MS + month).as_deref(), Some("key of ada"));
    assert_eq!(next(&mut queue, NOW_MS + month + 1).as_deref(), Some("key of grace"));
    assert_eq!(next(&mut queue, NOW_MS + month + 1_001), None);
}

#[test]
fn the_queue_is_bounded_and_gives_up_the_oldest() {
    let mut queue = Queue::default();
    queue.waiting.extend((0..MAX_WAITING).map(|number| farewell(&number.to_string(), NOW_MS)));
    queue.add(farewell("0", NOW_MS));
    assert_eq!(
        (queue.waiting.len(), &queue.waiting[0]),
        (MAX_WAITING, &farewell("0", NOW_MS)),
        "known already"
    );
    queue.add(farewell("the last straw", NOW_MS));
    assert_eq!((queue.waiting.len(), &queue.waiting[0]), (MAX_WAITING, &farewell("1", NOW_MS)));
}
