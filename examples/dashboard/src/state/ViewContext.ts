import { createContext } from 'preact';
import type { Go } from './useView';
import { usualView, type View } from './view';

export interface ViewState {
  readonly view: View;
  readonly go: Go;
}

export const ViewContext = createContext<ViewState>({ view: usualView, go: () => undefined });
