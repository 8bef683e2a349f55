"""The words in each file of layers, written by write_layer_words.py: change a layer and run
`make tables`. Until then all files of layers are imported to find a word."""

# ruff: noqa: E501
# fmt: off

MADE_OF = 994720793

WORDS = {
    "activation": "relu relu6 leaky_relu prelu rrelu elu selu celu gelu silu swish mish sigmoid tanh softplus softsign softshrink hardshrink hardtanh hardsigmoid hardswish tanhshrink threshold logsigmoid softmax log_softmax softmin softmax2d glu",
    "attention": "attention sdpa",
    "comparison": "gt ge lt le eq ne",
    "conv": "conv conv_transpose",
    "distance": "cosine_similarity pairwise_distance",
    "dropout": "dropout feature_dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout stochastic_depth",
    "einops": "rearrange reduce repeat",
    "elementwise": "add sub mul div floordiv mod pow maximum minimum atan2 logaddexp logical_and logical_or logical_xor lerp where masked_fill",
    "embedding": "embedding embed embedding_bag",
    "fold": "unfold fold flatten unflatten",
    "fourier": "real imag angle conj view_as_real view_as_complex complex polar fft ifft rfft irfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn fftshift ifftshift stft istft",
    "indexing": "index last gather index_select scatter scatter_add scatter_reduce index_add searchsorted bucketize one_hot",
    "joining": "concat cat stack meshgrid chunk split unbind narrow",
    "linear": "linear fc bilinear identity",
    "matmul": "matmul bmm outer cdist einsum",
    "norm": "batchnorm bn instancenorm groupnorm gn layernorm ln rmsnorm local_response_norm lrn",
    "padding": "pad",
    "pooling": "maxpool pool avgpool lp_pool adaptive_avgpool adaptive_maxpool gap max_unpool fractional_maxpool",
    "position": "positions rotary alibi relative_buckets window_offsets",
    "recurrent": "rnn gru lstm rnn_cell gru_cell lstm_cell",
    "reduction": "mean sum amax amin any all logsumexp count_nonzero std var norm prod argmax argmin max min median mode kthvalue topk cumsum cumprod logcumsumexp cummax cummin sort argsort normalize",
    "reparametrization": "spectral_norm weight_norm",
    "sampling": "grid_sample affine_grid roi_align",
    "shape": "reshape view expand broadcast_to tile repeat_interleave squeeze unsqueeze permute transpose swapaxes movedim moveaxis flip roll tril triu diagonal diag_embed",
    "sources": "param constant zeros ones full rand randn eye arange linspace zeros_like new_zeros ones_like rand_like randn_like full_like",
    "unary": "exp exp2 expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin cos tan asin acos atan sinh cosh asinh acosh atanh sinc erf erfc erfinv lgamma digamma abs floor ceil round trunc frac isnan isinf isfinite neg square sign logical_not nan_to_num clamp cast to detach",
    "vision": "upsample pixel_shuffle pixel_unshuffle channel_shuffle",
}
