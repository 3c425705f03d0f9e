/** The outcome of a request, as its client sees it. */
export interface Outcome {
  readonly isWhole: boolean;
  readonly bytes: number;
  /** The code of the first error, otherwise the status; `cut off` if no complete response came. */
  readonly outcome: string;
  readonly text: string;
}

export async function outcomeOf(answer: Promise<Response>): Promise<Outcome> {
  try {
    const response = await answer;
    const text = await response.text();
    const [, code] = /"extensions":\{"code":"(\w+)"/.exec(text) ?? [];
    return { isWhole: response.ok && !code, bytes: text.length, outcome: code ?? String(response.status), text };
  } catch {
    return { isWhole: false, bytes: 0, outcome: 'cut off', text: '' };
  }
}
