//! Events as text: what is unknown in them, odd, or not an event.

use super::{PUBLIC_MESSAGE, check, error};
use admit_tests::{Answer, Bundle, Lambda, event};

#[test]
fn unknown_members_come_back_in_their_places() {
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    let given = event("unknown-members.json");
    let expected = given
        .replace("\"autoConfirmUser\": false", "\"autoConfirmUser\": true")
        .replace("\"autoVerifyEmail\": false", "\"autoVerifyEmail\": true");
    check(&lambda.invoke(given), &Answer::Response(expected));
    let odd = r#"{"z":1.0e2,"a":[{ }],"userName":"mary_major","response":{"x":null},"a":"\u00e9"}"#;
    let flags = r#""autoConfirmUser":true,"autoVerifyEmail":false,"autoVerifyPhone":false"#;
    let expected = odd.replace("{\"x\":null}", &format!("{{\"x\":null,{flags}}}"));
    check(&lambda.invoke(odd), &Answer::Response(expected));
}

#[test]
fn an_invalid_event_is_refused_and_the_next_one_decided() {
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    let invalid = error(PUBLIC_MESSAGE, "InvalidEvent");
    let other = event("sign-up.json").replace("PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp");
    for event in [
        &b"not JSON"[..],
        b"",
        b"null",
        b"7",
        b"\xff\xfe",
        b"{\"request\":[]}",
        b"{}",
        b"{\"userName\":\"mary_major\"}",
        other.as_bytes(),
    ] {
        check(&lambda.invoke(event), &invalid);
        let line = lambda.log_line();
        assert_eq!(line["type"], "invalid-event");
    }
    let all = event("sign-up.json").replace("false", "true");
    check(&lambda.invoke(event("sign-up.json")), &Answer::Response(all));
}

/// The answer is the event or an error, and the next sign-up is decided.
#[test]
fn an_odd_event_is_decided_or_refused() {
    let bundle = Bundle::with(
        "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = [\"userName\", \
         \"userAttributes.*\", \"validationData.*\", \"clientMetadata.*\"]\n\
         verdicts = [\"confirm\"]\nlimits = { memory = \"64MiB\", fuel = 1_000_000_000, \
         time = \"1s\" }\nsettings = { confirm = \"grant\" }\n",
    );
    let mut lambda = Lambda::start(&bundle.path());
    let flags = r#""autoConfirmUser":true,"autoVerifyEmail":false,"autoVerifyPhone":false"#;
    let base = "\"triggerSource\":\"PreSignUp_SignUp\",\"callerContext\":{},";
    let with = |members: &str, flags: &str| format!("{{{base}{members}\"response\":{{{flags}}}}}");
    let large = "x".repeat(1_000_000);
    for members in [
        "\"request\":{},",
        "\"userName\":null,\"request\":{},",
        "\"userName\":7,\"request\":{},",
        "\"request\":{\"userAttributes\":null},\"triggersource\":7,",
        "\"request\":{\"userAttributes\":null,\"validationData\":null},",
        "\"request\":{\"userAttributes\":{\"email\":null,\"age\":7,\"x\":true}},",
        "\"request\":{\"clientMetadata\":{\"\":\"\"}},",
        &format!("\"unknown\":\"{large}\",\"request\":{{}},"),
        &format!("\"request\":{{\"clientMetadata\":{{\"large\":\"{large}\"}}}},"),
    ] {
        check(&lambda.invoke(with(members, "")), &Answer::Response(with(members, flags)));
    }
    let too_large = format!("{{\"unknown\":\"{}\"}}", "x".repeat(6 << 20));
    for event in [
        &too_large,
        "",
        "7",
        "\"text\"",
        "[]",
        "{",
        &with("", ""),
        &with("\"request\":null,", ""),
        &with("\"request\":7,", ""),
        &with("\"request\":{},", "").replace("\"callerContext\":{}", "\"callerContext\":[]"),
        &with("\"request\":{},", "").replace("\"response\":{}", "\"response\":[]"),
        &with("\"request\":{},\"userName\":\"a\",\"userName\":\"b\",", ""),
        &with("\"request\":{},\"triggerSource\":\"PreSignUp_SignUp\",", ""),
    ] {
        check(&lambda.invoke(event), &error(PUBLIC_MESSAGE, "InvalidEvent"));
    }
    let least = "\"request\":{},";
    check(&lambda.invoke(with(least, "")), &Answer::Response(with(least, flags)));
}
