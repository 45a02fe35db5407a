use admit_core::{Failure, Limits, Manifest, grouped};

/// What an author can do about a failure that does not say so itself.
pub(crate) fn remedy(failure: &Failure) -> Option<String> {
    let most = Limits::CEILING;
    let higher = |key: &str, most: String| {
        format!("if it would end by itself, set `limits.{key}` higher; {most} is the most")
    };
    Some(match failure {
        Failure::Fuel { .. } => higher("fuel", grouped(most.fuel)),
        Failure::Deadline { .. } => higher("time", most.time.to_string()),
        Failure::Memory { .. } => higher("memory", most.memory.to_string()),
        Failure::Resources { .. } => {
            "build it with fewer parts, or set that limit higher in the manifest".to_owned()
        }
        Failure::Budget { .. } => format!(
            "give the whole decision a larger `budget`, {} is the most, or have fewer policies \
             that take long",
            Manifest::BUDGET_CEILING
        ),
        Failure::Trap { .. } => "a panic looks like this too; the notes that it wrote before show \
                                 how far it came"
            .to_owned(),
        Failure::Malformed { .. } => "what it hands over must be of the contract and fit its \
                                      limits; an SDK sees to the first"
            .to_owned(),
        Failure::Host(_) => "this is a fault of the host, please report it".to_owned(),
        Failure::SettingsRefused(_) | Failure::Undecided(_) | Failure::NotLoaded(_) => return None,
    })
}
