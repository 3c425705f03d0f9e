/** Returns the current value of a custom property as a colour, because a canvas cannot use custom properties. */
export function colorOf(name: string, element: Element): string {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
