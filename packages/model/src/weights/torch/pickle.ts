import type { ModelError } from '../../errors.ts';
import { invalid, refused } from './errors.ts';
import type { Reader } from './reader.ts';
import { isObject, typeName, type Value } from './values.ts';

/** What a pickle may reach outside of itself. */
export interface PickleWorld {
  /** What a name stands for; throws for what is not known. */
  readonly global: (module: string, name: string) => Value;
  /** What torch keeps outside of the pickle: a storage. */
  readonly persistent: (id: Value) => Value;
}

/** Integers longer than this are no sizes, and slow to read. */
const longestInteger = 255;

/**
 * Containers, entries of dicts and of the memo, and what calls and references make, in one pickle:
 * each takes a byte or some there and a hundred in memory. A tensor takes about 25, so this is tens
 * of thousands of tensors.
 */
const mostObjects = 2 ** 20;

/** Items of lists, which take a byte or more in the file and eight in memory: a log of losses, say. */
const mostItems = 2 ** 24;

/** Marks the start of a run of items on the stack. */
const mark = Symbol('mark');

/**
 * Reads one pickle: Python's stack machine (PEP 3154, `pickletools`), protocols 2 to 5, without
 * what makes objects of arbitrary classes (`INST`, `OBJ`, `NEWOBJ`, extensions, buffers). It loops,
 * so nesting costs no stack; what takes more memory than bytes in the file is counted.
 *
 * @throws {ModelError} TORCH_FILE_INVALID when it is damaged; TORCH_FILE_REFUSED when it names a class
 *   that is not read
 */
export function readPickle(reader: Reader, world: PickleWorld): Value {
  return new Machine(reader, world).run();
}

class Machine {
  readonly #reader: Reader;
  readonly #world: PickleWorld;
  readonly #stack: (Value | typeof mark)[] = [];
  readonly #memo = new Map<number, Value>();
  #objects = 0;
  #items = 0;

  constructor(reader: Reader, world: PickleWorld) {
    this.#reader = reader;
    this.#world = world;
  }

  run(): Value {
    const start = this.#reader.position;
    if (this.#reader.uint8() !== 0x80) throw invalid(`there is no pickle at byte ${start}`);
    const protocol = this.#reader.uint8();
    if (protocol < 2 || protocol > 5) {
      throw refused(`pickle protocol ${protocol}; 2 to 5 are read`);
    }
    for (;;) {
      const op = this.#reader.uint8();
      if (op === 0x2e) return this.#pop(); // STOP
      this.#execute(op);
    }
  }

  // oxlint-disable-next-line eslint/complexity -- a table of opcodes, one a line
  #execute(op: number): void {
    const reader = this.#reader;
    switch (String.fromCharCode(op)) {
      case '\x95': // FRAME: how much to read ahead
        return void reader.bytes(8);

      case 'N':
        return this.#push(null);
      case '\x88':
        return this.#push(true);
      case '\x89':
        return this.#push(false);
      case 'J':
        return this.#push(reader.int32());
      case 'K':
        return this.#push(reader.uint8());
      case 'M':
        return this.#push(reader.uint16());
      case '\x8a':
        return this.#push(this.#integer(reader.uint8()));
      case '\x8b':
        return this.#push(this.#integer(reader.uint32()));
      case 'G':
        return this.#push(reader.float64BigEndian());

      case 'X':
      case 'T': // a string of Python 2
        return this.#push(reader.text(reader.uint32()));
      case '\x8c':
      case 'U':
        return this.#push(reader.text(reader.uint8()));
      case '\x8d':
        return this.#push(reader.text(reader.uint64()));
      case 'B':
        return this.#make(reader.bytes(reader.uint32()));
      case 'C':
        return this.#make(reader.bytes(reader.uint8()));
      case '\x8e':
        return this.#make(reader.bytes(reader.uint64()));

      case '(':
        return this.#push(mark);
      case '0':
        return void this.#stack.pop();
      case '1':
        return void this.#popToMark();
      case ']':
      case ')':
        return this.#make([]);
      case '}':
        return this.#make(new Map());
      case 'l':
      case 't':
        return this.#make(this.#popToMark());
      case '\x85':
        return this.#make([this.#pop()]);
      case '\x86':
        return this.#make([this.#pop(), this.#pop()].reverse());
      case '\x87':
        return this.#make([this.#pop(), this.#pop(), this.#pop()].reverse());
      case 'd': {
        const items = this.#popToMark();
        this.#make(new Map());
        return this.#setItems(items);
      }
      case 'a':
        return this.#append([this.#pop()]);
      case 'e':
        return this.#append(this.#popToMark());
      case 's':
        return this.#setItems([this.#pop(), this.#pop()].reverse());
      case 'u':
        return this.#setItems(this.#popToMark());

      case 'q':
        return this.#remember(reader.uint8(), this.#top());
      case 'r':
        return this.#remember(reader.uint32(), this.#top());
      case '\x94':
        return this.#remember(this.#memo.size, this.#top());
      case 'h':
        return this.#push(this.#recall(reader.uint8()));
      case 'j':
        return this.#push(this.#recall(reader.uint32()));

      case 'c':
        return this.#make(this.#world.global(reader.line(), reader.line()));
      case '\x93': {
        const [name, module] = [this.#pop(), this.#pop()];
        if (typeof module !== 'string' || typeof name !== 'string') {
          throw invalid(`a class named by ${typeName(module)} and ${typeName(name)}`);
        }
        return this.#make(this.#world.global(module, name));
      }
      case 'R':
        return this.#call();
      case 'b':
        return this.#build();
      case 'Q':
        return this.#make(this.#world.persistent(this.#pop()));
      default:
        throw refused(
          `pickle opcode 0x${op.toString(16)} at byte ${reader.position - 1} is not one that a state dict needs`,
        );
    }
  }

  #call(): void {
    const [args, callable] = [this.#pop(), this.#pop()];
    if (!isObject(callable, 'callable') || !Array.isArray(args)) {
      throw invalid(`${typeName(callable)} is called with ${typeName(args)}`);
    }
    this.#make(callable.call(args));
  }

  /** Attributes: torch gives its state dicts `_metadata`, which says nothing about the elements. */
  #build(): void {
    this.#pop();
    if (!(this.#top() instanceof Map)) {
      throw invalid(`attributes are set on ${typeName(this.#top())}`);
    }
  }

  #append(items: readonly Value[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw invalid(`items are appended to ${typeName(list)}`);
    this.#items += items.length;
    if (this.#items > mostItems) {
      throw invalid(`its pickle lists more than ${mostItems} items, which no state dict needs`);
    }
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly Value[]): void {
    const map = this.#top();
    if (!(map instanceof Map)) throw invalid(`items are set in ${typeName(map)}`);
    if (items.length % 2 === 1) throw invalid('a dict has a key without a value');
    this.#count(items.length / 2);
    for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  }

  /** Little-endian, two's complement. */
  #integer(count: number): number | bigint {
    if (count > longestInteger) throw invalid(`an integer of ${count} bytes`);
    const bytes = this.#reader.bytes(count);
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    value = BigInt.asIntN(8 * count, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  #push(value: Value | typeof mark): void {
    if (this.#stack.length >= mostObjects) throw tooMany();
    this.#stack.push(value);
  }

  #make(object: Value): void {
    this.#count();
    this.#push(object);
  }

  #remember(index: number, value: Value): void {
    this.#count();
    this.#memo.set(index, value);
  }

  #count(objects = 1): void {
    this.#objects += objects;
    if (this.#objects > mostObjects) throw tooMany();
  }

  #pop(): Value {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw invalid('its pickle takes what is not there');
    return value;
  }

  #top(): Value {
    const value = this.#stack.at(-1);
    if (value === undefined || value === mark) throw invalid('its pickle takes what is not there');
    return value;
  }

  #popToMark(): Value[] {
    const items: Value[] = [];
    for (;;) {
      const value = this.#stack.pop();
      if (value === undefined) throw invalid('its pickle ends a list that it never began');
      if (value === mark) return items.reverse();
      items.push(value);
    }
  }

  #recall(index: number): Value {
    const value = this.#memo.get(index);
    if (value === undefined) throw invalid(`its pickle refers to ${index}, which it never kept`);
    return value;
  }
}

function tooMany(): ModelError {
  return invalid(`its pickle makes more than ${mostObjects} objects, which no state dict needs`);
}
