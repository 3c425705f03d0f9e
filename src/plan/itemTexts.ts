/** The texts of a list's items. */
export class ItemTexts {
  readonly #longest: number;
  #flat = '';
  #last = '';

  /** Takes the maximum length of the list, in characters. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Adds an item, which is JSON; throws TooLong beyond the limit. */
  append(item: string): void {
    const isFirst = this.#last === '' && this.#flat === '';
    this.#last += isFirst ? item : `,${item}`;
    if (this.#flat.length + this.#last.length > this.#longest) throw new TooLong();
    if (this.#last.length < longTree) return;
    this.#flat += inOnePiece(this.#last);
    this.#last = '';
  }

  /** Returns the list as JSON. */
  list(): string {
    return `[${this.#flat}${this.#last}]`;
  }
}

/** Length from which a text is put into one piece. */
const longTree = 16_384;

/**
 * Returns a text that is stored in one piece, but for its first character. V8 keeps concatenated strings as a tree,
 * which the garbage collector copies again and again, until a substring is taken.
 */
const inOnePiece = (text: string): string => text.slice(0, 1) + text.slice(1);

/** An error that ends the writing because the response would exceed its limit. */
export class TooLong extends Error {}
