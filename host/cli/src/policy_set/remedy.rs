//! What an author can do about a failure.

use admit_core::{Failure, Limits, Manifest, grouped};

/// What an author can do about a failure that does not say so itself.
pub(crate) fn remedy(failure: &Failure) -> Option<String> {
    let most = Limits::MAX;
    Some(match failure {
        Failure::Fuel { .. } => format!(
            "if it would end by itself, set `limits.fuel` in the manifest higher; {} is the most",
            grouped(most.fuel)
        ),
        Failure::Deadline { .. } => {
            "if it would end by itself, set `limits.time` in the manifest higher, up to `budget`"
                .to_owned()
        }
        Failure::Memory { .. } => format!(
            "have it hold less, or set `limits.memory` in the manifest higher; {} is the most",
            most.memory
        ),
        Failure::Resources { .. } => {
            "build it with fewer of them, or set their limit in the manifest higher".to_owned()
        }
        Failure::Budget { .. } => format!(
            "give the whole decision a larger `budget`, {} is the most, or have fewer policies \
             that take long",
            Manifest::MAX_BUDGET
        ),
        Failure::Trap { .. } => "a panic looks like this too; the notes that it wrote before show \
                                 how far it came"
            .to_owned(),
        Failure::Malformed { .. } => "what it hands over must be of the contract and fit its \
                                      limits; an SDK sees to the first"
            .to_owned(),
        Failure::NoFact { lookup, .. } => format!(
            "define the fact: `facts.{lookup}` in a case, or a member `{lookup}` in the file of \
             `--facts`"
        ),
        Failure::Host(_) => "this is a fault of the host, please report it".to_owned(),
        Failure::SettingsRefused(_)
        | Failure::Undecided(_)
        | Failure::NotLoaded(_)
        | Failure::UnknownUser => return None,
    })
}
