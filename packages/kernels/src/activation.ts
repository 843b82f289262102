/** What follows a convolution or a batch norm in the same pass. */
export type Activation = 'none' | 'relu';
