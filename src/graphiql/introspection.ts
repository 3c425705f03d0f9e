/** The part of a GraphQL introspection from which the ready tabs are made. */
export interface IntrospectedSchema {
  readonly queryType: { readonly name: string } | null;
  readonly mutationType?: { readonly name: string } | null;
  readonly subscriptionType?: { readonly name: string } | null;
  readonly types: readonly IntrospectedType[];
}

export interface IntrospectedType {
  readonly kind: string;
  readonly name: string;
  readonly fields?: readonly Field[] | null;
  readonly inputFields?: readonly IntrospectedArgument[] | null;
  readonly enumValues?: readonly { readonly name: string }[] | null;
}

export interface Field {
  readonly name: string;
  readonly args: readonly IntrospectedArgument[];
  readonly type: TypeRef;
}

export interface IntrospectedArgument {
  readonly name: string;
  readonly type: TypeRef;
  readonly defaultValue?: string | null;
}

/** A named type, or a list or non-null wrapper around one. */
export interface TypeRef {
  readonly kind: string;
  readonly name?: string | null;
  readonly ofType?: TypeRef | null;
}
