/** A canvas knows no custom properties: what one of them is now, as a colour that it understands. */
export function colorOf(name: string, element: Element): string {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
