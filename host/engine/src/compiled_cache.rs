//! Caches compiled code.
//!
//! A cached file consists of compiled code and the BLAKE3 hash of that code and its key. A file
//! that is damaged, truncated or stored under another key is detected on the bytes that are then
//! loaded. As in a bundle, this detects damage, not forgery.

use crate::hash::{CodeHash, CodeHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use wasmtime::Engine;

/// A store of compiled files by name.
///
/// **The files are run as native code.** So only users who may run code here anyway may have write
/// access to the store. Damaged files do no harm.
pub trait CompiledCache: Send + Sync {
    /// Reads the file of this name, if there is one.
    fn read(&self, name: &str) -> Option<Vec<u8>>;

    /// Writes a file, or replaces the one of this name. An implementation may drop it.
    fn write(&self, name: &str, file: &[u8]);
}

/// The number of bytes of the hash after the code.
const SEAL: usize = 32;

/// Returns the cached code of a component, or compiles it and caches the result.
pub(crate) fn get_or_compile<E>(
    cache: Option<&Arc<dyn CompiledCache>>,
    engine: &Engine,
    component: &[u8],
    compile: impl FnOnce() -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let Some(cache) = cache else { return compile() };
    let key = Key::new(engine, component);
    let name = key.0.hex();
    if let Some(code) = cache.read(&name).and_then(|file| key.open(file)) {
        return Ok(code);
    }
    let file = key.seal(compile()?);
    cache.write(&name, &file);
    Ok(Key::code(file))
}

/// The hash of everything that determines the compiled code.
struct Key(CodeHash);

impl Key {
    fn new(engine: &Engine, component: &[u8]) -> Key {
        let mut settings = Settings(CodeHasher::new());
        settings.write(CodeHash::new(component).bytes());
        // The target, all settings but one, and the versions of `admit` and wasmtime.
        engine.precompile_compatibility_hash().hash(&mut settings);
        settings.write_u64(engine.get_memory_guaranteed_dense_image_size());
        Key(settings.0.finish())
    }

    fn code_hash(&self, code: &[u8]) -> CodeHash {
        let mut hasher = CodeHasher::new();
        hasher.update(code);
        hasher.update(self.0.bytes());
        hasher.finish()
    }

    /// Appends the hash to the code.
    fn seal(&self, mut code: Vec<u8>) -> Vec<u8> {
        let code_hash = self.code_hash(&code);
        code.extend(code_hash.bytes());
        code
    }

    /// Returns the code in a file, if the file was sealed under this key.
    fn open(&self, file: Vec<u8>) -> Option<Vec<u8>> {
        let (code, code_hash) = file.split_last_chunk::<SEAL>()?;
        (self.code_hash(code).bytes() == code_hash).then(|| Key::code(file))
    }

    /// Removes the hash from a file.
    fn code(mut file: Vec<u8>) -> Vec<u8> {
        file.truncate(file.len().saturating_sub(SEAL));
        file
    }
}

/// Feeds values that implement `Hash` to a [`CodeHasher`].
struct Settings(CodeHasher);

impl Hasher for Settings {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Unused: the full hash is read instead.
    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::{Compiler, Target};
    use std::collections::HashMap;
    use std::sync::Mutex;

    /// A store in memory.
    #[derive(Default)]
    struct Memory(Mutex<HashMap<String, Vec<u8>>>);

    impl CompiledCache for Memory {
        fn read(&self, name: &str) -> Option<Vec<u8>> {
            self.0.lock().unwrap().get(name).cloned()
        }

        fn write(&self, name: &str, file: &[u8]) {
            self.0.lock().unwrap().insert(name.to_owned(), file.to_owned());
        }
    }

    fn engine() -> Engine {
        Engine::new(&crate::config::config().unwrap()).unwrap()
    }

    /// The smallest valid component.
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    #[test]
    fn cached_code_is_not_compiled_again() {
        let (memory, engine) = (Arc::new(Memory::default()), engine());
        let cache: Arc<dyn CompiledCache> = memory.clone();
        let made = get_or_compile(Some(&cache), &engine, b"one", || Ok::<_, ()>(vec![1, 2, 3]));
        assert_eq!(made, Ok(vec![1, 2, 3]));
        let found = get_or_compile(Some(&cache), &engine, b"one", || Err("compiled again"));
        assert_eq!(found, Ok(vec![1, 2, 3]));
        // An error is not cached.
        let refused = get_or_compile(Some(&cache), &engine, b"other", || Err("refused"));
        assert_eq!(refused, Err("refused"));
        assert_eq!(memory.0.lock().unwrap().len(), 1);
    }

    #[test]
    fn damage_to_any_bit_is_detected() {
        let key = Key::new(&engine(), b"component");
        let file = key.seal(b"code".to_vec());
        assert_eq!(key.open(file.clone()), Some(b"code".to_vec()));
        for bit in 0..8 * file.len() {
            let mut damaged = file.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.open(damaged), None, "bit {bit}");
        }
        for length in 0..file.len() {
            assert_eq!(key.open(file[..length].to_vec()), None, "the first {length}");
            assert_eq!(key.open(file[length + 1..].to_vec()), None, "without {length}");
        }
        let longer = [&file[..], b"\0"].concat();
        assert_eq!(key.open(longer), None);
        // A valid file under the wrong key.
        let other = Key::new(&engine(), b"another component");
        assert_eq!(other.open(file), None);
    }

    #[test]
    fn a_damaged_file_is_compiled_again() {
        let memory = Arc::new(Memory::default());
        let compiler = Compiler::for_target(Target::X86_64).unwrap().with_cache(memory.clone());
        let code = compiler.compile(COMPONENT).unwrap();
        let files = memory.0.lock().unwrap().clone();
        for damaged in [vec![], vec![0; 100], code.clone()] {
            memory.0.lock().unwrap().values_mut().for_each(|file| *file = damaged.clone());
            assert!(compiler.compile(COMPONENT).unwrap() == code);
            assert!(*memory.0.lock().unwrap() == files);
        }
    }

    /// Each setting that changes the code, and the target.
    #[test]
    fn other_settings_have_a_different_key() {
        type Change = fn(&mut wasmtime::Config);
        let changes: [(&str, Change); 6] = [
            ("fuel", |config| _ = config.consume_fuel(false)),
            ("guard", |config| _ = config.memory_guard_size(0)),
            ("image", |config| _ = config.memory_guaranteed_dense_image_size(1)),
            ("nan", |config| _ = config.cranelift_nan_canonicalization(false)),
            ("machine", |config| config.target(Target::Arm64.triple()).map(|_| ()).unwrap()),
            ("version", |config| {
                let version = wasmtime::ModuleVersionStrategy::Custom("another".to_owned());
                config.module_version(version).map(|_| ()).unwrap();
            }),
        ];
        let key = Key::new(&engine(), b"component").0;
        assert_eq!(Key::new(&engine(), b"component").0, key);
        for (name, change) in changes {
            let mut config = crate::config::config().unwrap();
            change(&mut config);
            assert_ne!(Key::new(&Engine::new(&config).unwrap(), b"component").0, key, "{name}");
        }
    }
}
