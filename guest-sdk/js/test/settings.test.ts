import assert from "node:assert/strict";
import { test } from "node:test";
import {
  allow,
  array,
  boolean,
  definePolicy,
  deny,
  integer,
  number,
  object,
  oneOf,
  optional,
  type Settings,
  type Shape,
  string,
} from "admit-policy";
import { Decimal, parse, revive } from "../src/json.ts";

const shape = object({
  domains: array(string()),
  threshold: optional(integer({ min: 1, max: 255 }), 3),
  share: optional(number({ min: 0, max: 1 })),
  strict: optional(boolean(), false),
  mode: optional(oneOf("fast", "slow", "off"), "fast"),
  rules: optional(array(object({ name: string({ notEmpty: true }) }), { notEmpty: true })),
});

function read<T>(of: Shape<T>, json: string): T {
  let read: T | undefined;
  definePolicy({
    settings: of,
    configure(settings) {
      read = settings;
    },
    evaluate: () => allow(),
  }).configureFromJson(json);
  return read!;
}

test("settings have the type of their shape, and what is left out has its fallback", () => {
  const settings: Settings<typeof shape> = read(shape, ' { "domains": ["a"] }\n');
  const expected: {
    domains: string[];
    threshold: number;
    share: number | undefined;
    strict: boolean;
    mode: "fast" | "slow" | "off";
    rules: { name: string }[] | undefined;
  } = { domains: ["a"], threshold: 3, share: undefined, strict: false, mode: "fast", rules: undefined };
  assert.deepEqual(settings, expected);
  // @ts-expect-error The setting does not exist.
  assert.equal(settings.domain, undefined);
});

test("what is there is read", () => {
  const json = '{"domains": [], "threshold": 255, "share": 0.5, "strict": true, "mode": "off", "rules": [{"name": "r"}]}';
  assert.deepEqual(read(shape, json), JSON.parse(json));
});

test("errors say what is wrong, and where", () => {
  for (const [json, expected] of [
    ["null", "the settings are not a JSON object"],
    ["[3]", "the settings are not a JSON object"],
    ["5.0", "the settings are not a JSON object"],
    ["{}", "the settings do not fit: missing field `domains`"],
    ['{"domains": ["a", 1]}', "the settings do not fit: `domains[1]`: invalid type: integer `1`, expected a string"],
    ['{"domains": "a"}', 'the settings do not fit: `domains`: invalid type: string "a", expected a sequence'],
    ['{"domains": null}', "the settings do not fit: `domains`: invalid type: null, expected a sequence"],
    [
      '{"domains": [], "speed": 9}',
      "the settings do not fit: unknown field `speed`, expected one of `domains`, `threshold`, `share`, `strict`, `mode`, `rules`",
    ],
    ['{"domains": [], "__proto__": 9}', /unknown field `__proto__`/],
    ['{"domains": [], "threshold": "3"}', /`threshold`: invalid type: string "3", expected an integer/],
    ['{"domains": [], "threshold": 1.5}', /`threshold`: invalid type: floating point `1.5`, expected an integer/],
    ['{"domains": [], "threshold": 300}', /`threshold`: invalid value: integer `300`, expected 1 to 255/],
    ['{"domains": [], "share": 2}', /`share`: invalid value: integer `2`, expected 0 to 1/],
    ['{"domains": [], "strict": 1}', /`strict`: invalid type: integer `1`, expected a boolean/],
    ['{"domains": [], "mode": "Fast"}', /`mode`: unknown word `Fast`, expected one of `fast`, `slow`, `off`/],
    ['{"domains": [], "rules": []}', /`rules`: invalid length 0, expected at least one entry/],
    ['{"domains": [], "rules": [{}]}', /`rules\[0\]`: missing field `name`/],
    ['{"domains": [], "rules": [{"name": ""}]}', /`rules\[0\].name`: invalid value: an empty string/],
    ['{"domains": [], "rules": [true]}', /`rules\[0\]`: invalid type: boolean `true`, expected an object/],
    ['{"domains": []} {}', /^the settings do not fit: /],
    ["{", /^the settings do not fit: /],
  ] as const) {
    assert.throws(() => read(shape, json), { message: expected }, json);
  }
});

test("a policy without settings takes none", () => {
  const policy = definePolicy({ evaluate: () => allow() });
  assert.doesNotThrow(() => policy.configureFromJson("{}"));
  assert.throws(() => policy.configure({ speed: 9 }), /unknown field `speed`, there are no fields/);
});

test("a number that is written with a fraction is not an integer", () => {
  // As the engine of the component hands it over; Node does from version 21.
  assert.deepEqual(revive("", 5, { source: "5.0" }), new Decimal(5));
  assert.deepEqual(revive("", 5, { source: "5e0" }), new Decimal(5));
  assert.equal(revive("", 5, { source: "5" }), 5);
  assert.equal(revive("", 5.5, { source: "5.5" }), 5.5);
  assert.equal(revive("", "1.0", {}), "1.0");
  assert.deepEqual(parse('{"a": [1, "1.0", 1.5]}'), { a: [1, "1.0", 1.5] });
  assert.throws(() => integer().read(new Decimal(5), "n"), /`n`: invalid type: floating point `5.0`/);
  assert.equal(number().read(new Decimal(5), "n"), 5);
});

test("what `configure` returns is what `evaluate` gets", () => {
  const policy = definePolicy({
    settings: object({ code: string() }),
    configure: ({ code }) => new Map([["code", code]]),
    evaluate: (_, codes) => deny(codes.get("code") ?? "none", "No"),
  });
  assert.equal(policy.configure({ code: "c" }).evaluate({} as never).denial?.code, "c");
});
