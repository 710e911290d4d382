//! One database per service on a PostgreSQL server.

use std::str::FromStr;

use anyhow::Context;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};

use crate::folder::{Folder, write_private};
use crate::part::Part;

/// Makes the databases that are missing and leaves each part its address in the data folder.
///
/// # Errors
/// The server can't be reached, or its user may not make databases.
pub(crate) async fn provide(server: &str, shop_name: &str, folder: &Folder) -> anyhow::Result<()> {
    // The address may hold a password, so no message repeats it.
    let options = PgConnectOptions::from_str(server)
        .context("--postgres must be an address such as postgres://user:password@127.0.0.1:5432/postgres")?;
    let mut connection = PgConnection::connect_with(&options)
        .await
        .context("cannot reach the server that --postgres names")?;
    for part in Part::ALL.into_iter().filter(|part| part.has_database()) {
        let name = database_name(shop_name, part);
        let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
            .bind(&name)
            .fetch_optional(&mut connection)
            .await
            .context("cannot list the databases")?;
        if known.is_none() {
            // A Shop's name is letters, digits and dashes: a quoted identifier holds nothing else.
            sqlx::query(AssertSqlSafe(format!("CREATE DATABASE \"{name}\"")))
                .execute(&mut connection)
                .await
                .with_context(|| format!("cannot make the database {name}: the user needs CREATEDB"))?;
        }
        write_private(&folder.database_url(part), &with_database(server, &name))?;
    }
    connection.close().await.context("cannot leave the server")
}

fn database_name(shop_name: &str, part: Part) -> String {
    format!("{}_{part}", shop_name.replace('-', "_"))
}

/// The address with another database in it: everything else, parameters included, stays.
fn with_database(server: &str, name: &str) -> String {
    let (address, parameters) = match server.split_once('?') {
        Some((address, parameters)) => (address, format!("?{parameters}")),
        None => (server, String::new()),
    };
    let host_begins = address.find("://").map_or(0, |position| position + 3);
    let host_ends = address[host_begins..].find('/').map_or(address.len(), |position| host_begins + position);
    format!("{}/{name}{parameters}", &address[..host_ends])
}

#[cfg(test)]
mod tests {
    use super::{Part, database_name, with_database};

    #[test]
    fn each_service_has_a_database_named_after_the_shop() {
        assert_eq!(database_name("tea-house", Part::Order), "tea_house_order");
    }

    #[test]
    fn an_address_keeps_everything_but_its_database() {
        for (server, expected) in [
            ("postgres://a:b@h:5432/postgres", "postgres://a:b@h:5432/shop_user"),
            ("postgres://h", "postgres://h/shop_user"),
            ("postgres://h/", "postgres://h/shop_user"),
            (
                "postgres://h/x?sslmode=verify-full&sslrootcert=/ca.pem",
                "postgres://h/shop_user?sslmode=verify-full&sslrootcert=/ca.pem",
            ),
            ("postgres://?host=/run/postgresql", "postgres:///shop_user?host=/run/postgresql"),
        ] {
            assert_eq!(with_database(server, "shop_user"), expected);
        }
    }
}
