//! Programs in the place of cargo, npm and others, and what they are called with.

use admit_tests::{admit, component};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// A folder with a policy project in `project`, and tools in `tools` that note when they are
/// started. What they build is `component.wasm`.
pub(crate) struct FakeTools {
    here: TempDir,
    pub(crate) language: &'static str,
    /// The lock file of its tools.
    pub(crate) lock: &'static str,
    /// A file of its SDK.
    pub(crate) sdk: &'static str,
}

/// The SDK's tool: `build DIR --output FILE --inputs LIST`.
const BUILD: &str = "\
echo build >> $ROOT/started
echo 'a finding' >&2
[ -e $ROOT/fail ] && exit 1
/bin/cp $ROOT/component.wasm \"$4\"
echo \"[\\\"$ROOT/shared\\\"]\" > \"$6\"";

const NPM: &str = "\
echo install >> $ROOT/started
/bin/mkdir -p node_modules/.bin
/bin/cp $ROOT/tools/build node_modules/.bin/admit-policy-js
[ -e $ROOT/fail-install ] && exit 1
echo > node_modules/.package-lock.json";

/// Answers `-c …` with nothing, and makes an environment for `-m venv --clear DIR`.
const PYTHON: &str = "\
[ \"$1\" = -c ] && exit 0
/bin/mkdir -p $4/bin
/bin/cp $ROOT/tools/python $4/bin/python";

/// The one of the environment: `-m pip …` or `-m admit_policy build …`.
const ENVIRONMENT: &str = "\
case $2 in
pip) echo install >> $ROOT/started; [ ! -e $ROOT/fail-install ]; exit;;
esac
case $PYTHONPATH in $ROOT/sdk/src*) ;; *) exit 2;; esac
shift 2
exec /bin/sh $ROOT/tools/build \"$@\"";

impl FakeTools {
    pub(crate) fn node() -> FakeTools {
        let tools =
            FakeTools::new("typescript", "TypeScript", "package-lock.json", "sdk/src/index.ts");
        fs::write(tools.project().join("src/policy.ts"), "").unwrap();
        fs::write(tools.root().join("package.json"), "{\"name\": \"mine\"}").unwrap();
        tools.fake("node", "echo v20.0.0");
        tools.fake("npm", NPM);
        tools
    }

    pub(crate) fn python() -> FakeTools {
        let tools = FakeTools::new(
            "python",
            "Python",
            "requirements.txt",
            "sdk/src/admit_policy/__init__.py",
        );
        fs::write(tools.project().join("src/policy.py"), "").unwrap();
        tools.fake("python3", PYTHON);
        tools.fake("python", ENVIRONMENT);
        tools
    }

    pub(crate) fn c() -> FakeTools {
        let tools = FakeTools::new("c", "C", "none", "sdk/include/admit_policy.h");
        fs::write(tools.project().join("src/policy.c"), "").unwrap();
        tools
    }

    fn new(key: &str, language: &'static str, lock: &'static str, sdk: &'static str) -> FakeTools {
        let here = tempfile::tempdir().unwrap();
        let tools = FakeTools { here, language, lock, sdk };
        let root = tools.root();
        fs::create_dir_all(tools.project().join("src")).unwrap();
        fs::create_dir_all(root.join("tools")).unwrap();
        fs::create_dir_all(root.join(sdk).parent().unwrap()).unwrap();
        fs::write(root.join(sdk), "").unwrap();
        fs::write(root.join("shared"), "").unwrap();
        fs::write(root.join(lock), "").unwrap();
        let text = format!(
            "name = \"mine\"\nversion = \"0.1.0\"\ndescription = \"d\"\nlanguage = \"{key}\"\n\
             reads = []\nverdicts = [\"deny\"]\n"
        );
        fs::write(tools.project().join("policy.toml"), text).unwrap();
        fs::copy(component("email-domain"), root.join("component.wasm")).unwrap();
        tools.fake("build", BUILD);
        tools
    }

    /// The folder of all; as a link may lead to it, by its own name.
    pub(crate) fn root(&self) -> PathBuf {
        self.here.path().canonicalize().unwrap()
    }

    pub(crate) fn project(&self) -> PathBuf {
        self.root().join("project")
    }

    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.root().join("tools").join(name)
    }

    /// Makes a tool of a few lines of shell.
    pub(crate) fn fake(&self, name: &str, lines: &str) {
        let root = self.root();
        let text = format!("#!/bin/sh\nROOT={}\n{lines}\n", root.display());
        fs::write(self.tool(name), text).unwrap();
        fs::set_permissions(self.tool(name), Permissions::from_mode(0o755)).unwrap();
    }

    /// Builds the project, with no tools but those that are tools.
    pub(crate) fn build(&self) -> Output {
        let mut build = admit();
        build.current_dir(self.root()).args(["build", "project"]);
        build.env("PATH", self.root().join("tools")).env_remove("PYTHONPATH");
        build.output().unwrap()
    }

    /// The steps that were started, in order.
    pub(crate) fn started(&self) -> Vec<String> {
        let started = fs::read_to_string(self.root().join("started")).unwrap_or_default();
        started.lines().map(str::to_owned).collect()
    }

    pub(crate) fn forget(&self) {
        drop(fs::remove_file(self.root().join("started")));
    }

    /// Whether the lock file is newer than what was installed by it, by a clock that may be
    /// coarse.
    pub(crate) fn lock_is_newer(&self, is_newer: bool) {
        let minute = Duration::from_secs(60);
        let now = SystemTime::now();
        let time = if is_newer { now + minute } else { now - minute };
        let lock: &Path = &self.root().join(self.lock);
        File::options().append(true).open(lock).unwrap().set_modified(time).unwrap();
    }
}
