//! An authority made for one test alone, and what it vouches for.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Files in PEM, in a folder that the caller keeps.
#[derive(Clone, Debug)]
pub struct Certificates {
    /// The certificate of the authority.
    pub authority: PathBuf,
    /// The server's certificate.
    pub server: PathBuf,
    /// The server's private key.
    pub key: PathBuf,
}

/// Makes an authority, and a certificate of it for these names of one server.
///
/// # Panics
/// If openssl is not installed.
pub fn certificates(folder: &Path, names: &[&str]) -> Certificates {
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        let output = command.args(arguments.split(' ')).current_dir(folder).output();
        let output = output.unwrap_or_else(|error| panic!("can't run openssl: {error}; is it installed?"));
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    let names = names.iter().map(|name| format!("DNS:{name}")).collect::<Vec<_>>();
    openssl(&format!("req -x509 {key} -keyout authority.key -out authority.pem -days 2 -subj /CN=authority"));
    openssl(&format!(
        "req -x509 {key} -keyout server.key -out server.pem -days 2 -subj /CN=server -CA authority.pem \
         -CAkey authority.key -addext subjectAltName={} -addext basicConstraints=critical,CA:FALSE",
        names.join(",")
    ));
    let file = |name| folder.join(name);
    Certificates { authority: file("authority.pem"), server: file("server.pem"), key: file("server.key") }
}
