//! The emulator that checks signatures and permissions.

use super::packages::Packages;
use super::server::Server;
use super::set_up_pool;
use serde_json::Value;
use tempfile::TempDir;

/// An emulator of Cognito and IAM that checks the signature and the permissions of each request.
pub struct Moto {
    packages: &'static Packages,
    server: Server,
    /// Keeps what it writes until the end.
    _folder: TempDir,
}

impl Moto {
    /// Starts it.
    pub fn start(packages: &'static Packages) -> Moto {
        let folder = tempfile::tempdir().unwrap();
        let mut command = packages.command();
        command
            .args(["-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .current_dir(folder.path())
            .env("TMPDIR", folder.path())
            // Those that create the first user who may do anything: `pool.py` makes them.
            .env("INITIAL_NO_AUTH_ACTION_COUNT", "3");
        Moto { packages, server: Server::start(&command), _folder: folder }
    }

    /// The URL of its API.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Where it listens, as `/proc/net/tcp` writes it, and whether each is this machine alone.
    pub fn listens_on(&self) -> Vec<(String, bool)> {
        self.server.listens_on()
    }

    /// Sets up a user pool with these `users` and `providers`, once. Then `pool` has its id, and
    /// `principals` the keys of a role for each of these `principals` with its permissions.
    pub fn set_up_pool(&self, pool: &Value) -> Value {
        set_up_pool(self.packages, &self.server, pool)
    }
}
