//! What was compiled before is kept, so that it need not be compiled again.
//!
//! A file that is kept is compiled code, then the BLAKE3 of that code and of its key. So what is
//! damaged, cut short or of another key is told from what was kept, on the very bytes that are
//! then loaded. As with a bundle that shows damage, not forgery.

use crate::code_hash::{CodeHash, Summing};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use wasmtime::Engine;

/// Keeps files that were compiled, by their names.
///
/// **What it gives back is run as native code.** So it must be what it was handed, and nobody
/// must be able to write it but who may run code here anyway. Damage does no harm.
pub trait CompiledCache: Send + Sync {
    /// What was kept by this name, if it is still there.
    fn read(&self, name: &str) -> Option<Vec<u8>>;

    /// Keeps a file, in the place of what had this name before. It may as well be forgotten.
    fn write(&self, name: &str, file: &[u8]);
}

/// How many bytes stand behind the code.
const SEAL: usize = 32;

/// Finds code that is kept, or has it made and keeps it.
pub(crate) fn find_or_make<E>(
    cache: Option<&Arc<dyn CompiledCache>>,
    engine: &Engine,
    component: &[u8],
    make: impl FnOnce() -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let Some(cache) = cache else { return make() };
    let key = Key::of(engine, component);
    let name = key.0.hex();
    if let Some(code) = cache.read(&name).and_then(|file| key.open(file)) {
        return Ok(code);
    }
    let file = key.seal(make()?);
    cache.write(&name, &file);
    Ok(Key::code(file))
}

/// Everything that decides what a component is compiled to.
struct Key(CodeHash);

impl Key {
    fn of(engine: &Engine, component: &[u8]) -> Key {
        let mut settings = Settings(Summing::new());
        settings.write(CodeHash::of(component).bytes());
        // The machine, all settings but one, and the versions of `admit` and of wasmtime.
        engine.precompile_compatibility_hash().hash(&mut settings);
        settings.write_u64(engine.get_memory_guaranteed_dense_image_size());
        Key(settings.0.sum())
    }

    fn code_hash(&self, code: &[u8]) -> CodeHash {
        let mut summing = Summing::new();
        summing.add(code);
        summing.add(self.0.bytes());
        summing.sum()
    }

    /// The file that is kept of some code.
    fn seal(&self, mut code: Vec<u8>) -> Vec<u8> {
        let code_hash = self.code_hash(&code);
        code.extend(code_hash.bytes());
        code
    }

    /// The code in a file; nothing unless that was sealed under this key.
    fn open(&self, file: Vec<u8>) -> Option<Vec<u8>> {
        let (code, code_hash) = file.split_last_chunk::<SEAL>()?;
        (self.code_hash(code).bytes() == code_hash).then(|| Key::code(file))
    }

    /// The code in a file that was sealed.
    fn code(mut file: Vec<u8>) -> Vec<u8> {
        file.truncate(file.len().saturating_sub(SEAL));
        file
    }
}

/// Lets a checksum be made of what can be hashed.
struct Settings(Summing);

impl Hasher for Settings {
    fn write(&mut self, bytes: &[u8]) {
        self.0.add(bytes);
    }

    /// Nobody asks for it: its 64 bits would be too few.
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

    /// Keeps files in memory.
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

    /// The smallest component there is.
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    #[test]
    fn what_is_kept_is_not_made_again() {
        let (memory, engine) = (Arc::new(Memory::default()), engine());
        let cache: Arc<dyn CompiledCache> = memory.clone();
        let made = find_or_make(Some(&cache), &engine, b"one", || Ok::<_, ()>(vec![1, 2, 3]));
        assert_eq!(made, Ok(vec![1, 2, 3]));
        let found = find_or_make(Some(&cache), &engine, b"one", || Err("made again"));
        assert_eq!(found, Ok(vec![1, 2, 3]));
        // A refusal is no code.
        let refused = find_or_make(Some(&cache), &engine, b"other", || Err("refused"));
        assert_eq!(refused, Err("refused"));
        assert_eq!(memory.0.lock().unwrap().len(), 1);
    }

    #[test]
    fn every_damage_is_noticed() {
        let key = Key::of(&engine(), b"component");
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
        // A good file in the place of another one.
        let other = Key::of(&engine(), b"another component");
        assert_eq!(other.open(file), None);
    }

    #[test]
    fn damage_is_repaired() {
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

    /// Each setting that changes the code, and the machine.
    #[test]
    fn other_settings_have_another_key() {
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
        let key = Key::of(&engine(), b"component").0;
        assert_eq!(Key::of(&engine(), b"component").0, key);
        for (name, change) in changes {
            let mut config = crate::config::config().unwrap();
            change(&mut config);
            assert_ne!(Key::of(&Engine::new(&config).unwrap(), b"component").0, key, "{name}");
        }
    }
}
