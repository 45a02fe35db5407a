//! The explanation of a decision, as text and JSON.

mod why;
mod wording;

use self::wording::admitted;
use crate::output::format::to_json;
use crate::output::terminal;
use crate::policy_set::remedy::remedy;
use admit_cognito::{Event, Reply};
use admit_core::{
    Alternative, Answer, Counted, Counterfactual, Decision, FlagRecord, Grounds, LinkVoteRecord,
    Opinion, PolicyId, PolicyRecord, Refusal, Size, Vote, VoteRecord, counterfactual,
};
use admit_engine::{DecisionTrace, Evaluation, PolicyLog, PolicySet};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::value::RawValue;
use std::fmt::Write;

/// The explanation of one decision.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation<'a> {
    #[serde(flatten)]
    decision: &'a Decision,
    /// The smallest changes that lead to another decision. A denial has its `refusals`, the policies
    /// `without` which the sign-up is admitted, and the flags that are set `then`. An admission has
    /// its `flags`, each with `without` and `then`, or with the conditions that are `missing`.
    why: Counterfactual,
    /// The cost of each evaluation, in the order of the policies.
    evaluations: Vec<Cost<'a>>,
    not_asked: Vec<&'a PolicyId>,
    flags_are_ignored: bool,
    #[serde(skip)]
    reply: &'a Reply,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cost<'a> {
    policy: &'a PolicyId,
    fuel: Option<u64>,
    memory: Size,
    microseconds: u128,
    notes: &'a PolicyLog,
}

impl<'a> Explanation<'a> {
    pub(crate) fn new(
        event: &Event<'_>,
        policies: &'a PolicySet,
        trace: &'a DecisionTrace,
        reply: &'a Reply,
    ) -> Explanation<'a> {
        let DecisionTrace { decision, evaluations, .. } = trace;
        let cost = |(record, evaluation): (&'a PolicyRecord, &'a Evaluation)| Cost {
            policy: &record.policy,
            fuel: evaluation.fuel,
            memory: evaluation.memory,
            microseconds: evaluation.time.as_micros(),
            notes: &evaluation.notes,
        };
        Explanation {
            decision,
            why: counterfactual(event.sign_up(), decision),
            evaluations: decision.policies.iter().zip(evaluations).map(cost).collect(),
            not_asked: policies.not_asked(event.sign_up()).collect(),
            flags_are_ignored: event.flags_are_ignored(),
            reply,
        }
    }

    /// The decision, its cost and the reply, as one JSON object.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct WithReply<'a> {
            #[serde(flatten)]
            explanation: &'a Explanation<'a>,
            reply: Box<RawValue>,
        }

        let reply = RawValue::from_string(reply_text(self.reply)?.trim_end().to_owned())?;
        to_json(&WithReply { explanation: self, reply })
    }

    /// The decision as two tables, of the policies and of the flags, and the smallest changes that
    /// lead to another decision.
    pub(crate) fn to_table(&self) -> String {
        let mut text = format!("{}\n{}", trimmed(&self.policies()), trimmed(&self.flags()));
        for (index, sentence) in why::sentences(self.decision, &self.why).iter().enumerate() {
            let _ = writeln!(text, "{}{sentence}", if index == 0 { "\n" } else { "" });
        }
        for (record, cost) in self.decision.policies.iter().zip(&self.evaluations) {
            if let Some(details) = self.details(record) {
                let _ = writeln!(text, "\n{}: {details}", record.policy);
            }
            for note in &cost.notes.kept {
                let _ =
                    writeln!(text, "\n{} writes ({}): {}", record.policy, note.level, note.message);
            }
            if cost.notes.dropped > 0 {
                let dropped = cost.notes.dropped;
                let _ = writeln!(text, "\n{}: {dropped} notes cut or dropped", record.policy);
            }
        }
        for record in &self.decision.policies {
            if let Some(alternative) = &record.if_enforced {
                let _ = writeln!(text, "\n{}: {}", record.policy, if_enforced(alternative));
            }
        }
        for policy in &self.not_asked {
            let _ =
                writeln!(text, "\n{policy}: not asked, the sign-up is outside its `applies-to`");
        }
        if self.flags_are_ignored {
            let _ =
                writeln!(text, "\nCognito ignores the flags when an administrator creates a user");
        }
        let _ = writeln!(text, "\n{}", self.conclusion());
        text
    }

    /// The message of a denial or the cause of a failure, for which a table has no room.
    fn details(&self, record: &PolicyRecord) -> Option<String> {
        match (&record.opinion, &self.decision.answer) {
            // The conclusion has this message.
            (Opinion::Deny { .. }, Answer::Deny(refusal))
                if refusal.policy.as_ref() == Some(&record.policy) =>
            {
                None
            }
            (Opinion::Allow { .. }, _) => None,
            (Opinion::Deny { message, .. }, _) => Some(message.clone()),
            (Opinion::Failure { failure, .. }, _) => Some(match remedy(failure) {
                Some(remedy) => format!("{failure}\n  help: {remedy}"),
                None => failure.to_string(),
            }),
        }
    }

    fn policies(&self) -> Table {
        let mut table = table(["policy", "verdict", "counted", "fuel", "time"]);
        for (record, cost) in self.decision.policies.iter().zip(&self.evaluations) {
            let (verdict, counted) = verdict(&record.opinion);
            table.add_row([
                record.policy.to_string(),
                verdict,
                counted,
                cost.fuel.map_or_else(|| "-".to_owned(), |fuel| fuel.to_string()),
                format!("{} µs", cost.microseconds),
            ]);
        }
        for column in table.column_iter_mut().skip(3) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table
    }

    fn flags(&self) -> Table {
        let mut table = table(["flag", "set", "why"]);
        for (flag, record) in self.decision.flags.iter() {
            let set = if record.set { "yes" } else { "no" };
            table.add_row([flag.to_string(), set.to_owned(), why(record)]);
        }
        if let Some(record) = &self.decision.link_votes {
            let set = if record.set { "yes" } else { "no" };
            table.add_row(["link".to_owned(), set.to_owned(), why(record)]);
        }
        table
    }

    /// The answer, with its first word in colour.
    fn conclusion(&self) -> String {
        let text = conclusion(&self.decision.answer);
        let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        match self.decision.answer {
            Answer::Admit(_) => terminal::good(word) + rest,
            Answer::Deny(_) => terminal::bad(word) + rest,
        }
    }
}

/// The answer of the Lambda function, with a final newline.
pub(crate) fn reply_text(reply: &Reply) -> serde_json::Result<String> {
    let text = match reply {
        Reply::Event(event) => event.clone(),
        Reply::Error(error) => serde_json::to_string_pretty(error)?,
    };
    Ok(text + "\n")
}

/// Creates an empty table with these columns.
pub(crate) fn table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

/// The verdict or failure in short, and whether it counted.
pub(crate) fn verdict(opinion: &Opinion) -> (String, String) {
    match opinion {
        Opinion::Allow { votes, link } => {
            (ballot(votes, link.as_ref()), votes_counted(votes, link.as_ref()))
        }
        Opinion::Deny { code, counted, .. } => (format!("denies: {code}"), word(*counted)),
        Opinion::Failure { failure, counted } => {
            (format!("fails: {}", failure.kind()), word(*counted))
        }
    }
}

/// The votes in short.
pub(crate) fn ballot(votes: &[VoteRecord], link: Option<&LinkVoteRecord>) -> String {
    let flags = |vote: Vote| {
        let flags = votes.iter().filter(|record| record.vote == vote);
        let link = link.filter(|record| record.vote == vote).map(|_| "link".to_owned());
        flags.map(|record| record.flag.to_string()).chain(link).collect::<Vec<_>>().join(", ")
    };
    let (granted, withheld) = (flags(Vote::Grant), flags(Vote::Withhold));
    match (granted.as_str(), withheld.as_str()) {
        ("", "") => "abstains".to_owned(),
        (granted, "") => format!("grants {granted}"),
        ("", withheld) => format!("withholds {withheld}"),
        (granted, withheld) => format!("grants {granted}; withholds {withheld}"),
    }
}

fn votes_counted(votes: &[VoteRecord], link: Option<&LinkVoteRecord>) -> String {
    let votes = votes.iter().map(|vote| (vote.flag.to_string(), vote.counted));
    let link = link.map(|vote| ("link".to_owned(), vote.counted));
    let votes: Vec<(String, Counted)> = votes.chain(link).collect();
    let Some((_, first)) = votes.first() else { return "-".to_owned() };
    if votes.iter().all(|(_, counted)| counted == first) {
        return word(*first);
    }
    let words: Vec<String> =
        votes.iter().map(|(name, counted)| format!("{name} {}", word(*counted))).collect();
    words.join(", ")
}

fn word(counted: Counted) -> String {
    match counted {
        Counted::Yes => "yes".to_owned(),
        Counted::No(reason) => format!("no ({reason})"),
    }
}

/// The answer in short.
pub(crate) fn conclusion(answer: &Answer) -> String {
    match answer {
        Answer::Deny(Refusal { policy: Some(policy), message, .. }) => {
            format!("denied by {policy}: {message}")
        }
        Answer::Deny(Refusal { policy: None, grounds, message }) => {
            let by = match grounds {
                Grounds::LinkConflict => {
                    ", because policies would link the identity to different users"
                }
                Grounds::LinkFailed => ", because the identity could not be linked",
                Grounds::NoPolicyApplies | Grounds::Denial | Grounds::Failure => {
                    " by the manifest, because no policy applies"
                }
            };
            format!("denied{by}: {message}")
        }
        Answer::Admit(admission) => admitted(admission),
    }
}

/// The effect that a policy in mode `monitor` would have if it were enforced.
fn if_enforced(alternative: &Alternative) -> String {
    match alternative.differs {
        false => "monitored; if enforced: no change".to_owned(),
        true => format!("monitored; if enforced: {}", conclusion(&alternative.answer)),
    }
}

/// The text of a table, without trailing spaces.
pub(crate) fn trimmed(table: &Table) -> String {
    let text: String = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    terminal::table(&text)
}

fn why(flag: &FlagRecord) -> String {
    let names = |ids: &[PolicyId]| ids.iter().map(PolicyId::as_str).collect::<Vec<_>>().join(", ");
    let mut reasons = Vec::new();
    if let Some(cleared) = flag.cleared {
        reasons.push(format!("cleared, {cleared}"));
    }
    if !flag.withheld_by.is_empty() {
        reasons.push(format!("withheld by {}", names(&flag.withheld_by)));
    }
    reasons.push(match flag.granted_by.is_empty() {
        true => "not granted".to_owned(),
        false => format!("granted by {}", names(&flag.granted_by)),
    });
    reasons.join("; ")
}
