// Who it is: a device, and a user once the site says so. Kept on the device only where the person consented; the device's id ends after thirteen months.
import { guarded, now, randomId, toJson } from "./browser.ts";
import type { Store } from "./store.ts";
import type { Properties } from "./event/values.ts";

export interface Person {
  device: string;
  user: string;
  groups: Record<string, string[]>;
  /** Properties that go with every event. */
  always: Properties;
}

export interface People {
  current(): Person;
  change(part: Partial<Person>): void;
  /** Somebody else from now on: a new device, no user, no groups, no properties. */
  reset(): void;
}

const DEVICE_LIFE_MS = 395 * 86_400_000;
const NAME = "person";

export function openPeople(store: Store): People {
  let person: Person & { since: number } = { ...fresh(), ...stored() };
  if (now() - person.since > DEVICE_LIFE_MS) person = { ...person, device: randomId(), since: now() };
  const write = (): void => void store.write(NAME, toJson(person));
  write();

  function stored(): Partial<Person & { since: number }> {
    const found = guarded(() => JSON.parse(store.read(NAME) ?? "0") as Partial<Person & { since: number }>)();
    return found?.device && found.groups && found.always && found.since ? found : {};
  }

  return {
    // Another tab may have signed in or out since.
    current: () => (person = { ...person, ...stored() }),
    change(part) {
      person = { ...person, ...stored(), ...part };
      write();
    },
    reset() {
      person = fresh();
      write();
    },
  };
}

function fresh(): Person & { since: number } {
  return { device: randomId(), user: "", groups: {}, always: {}, since: now() };
}
